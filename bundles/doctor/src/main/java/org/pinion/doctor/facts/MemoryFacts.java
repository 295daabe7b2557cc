package org.pinion.doctor.facts;

import java.util.List;
import java.util.Optional;
import org.pinion.linux.procfs.MemlockLimit;
import org.pinion.linux.procfs.MemlockUsage;

/**
 * What limits the memory that devices can reach.
 *
 * @param limit how much may be locked
 * @param usage how much is locked
 * @param exempt whether the process has {@code CAP_IPC_LOCK} in the first user namespace, where alone it counts; empty
 *     if it is not known
 * @param hugePages the pools of huge pages, the smallest pages first
 * @param transparent when the kernel uses huge pages by itself, such as {@code madvise}; empty if it does not say
 */
public record MemoryFacts(
        Optional<MemlockLimit> limit,
        Optional<MemlockUsage> usage,
        Optional<Boolean> exempt,
        List<HugePages> hugePages,
        String transparent) {

    /** Copies the list. */
    public MemoryFacts {
        hugePages = List.copyOf(hugePages);
    }
}

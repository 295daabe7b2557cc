package org.example.vhostvdpa;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import org.pinion.api.Budget;
import org.pinion.linux.Kernel;
import org.pinion.linux.procfs.MemlockLimit;
import org.pinion.linux.procfs.ProcessMemory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much may be pinned. vhost-vdpa counts against {@code RLIMIT_MEMLOCK} all that is pinned for the process
 * ({@code VmPin}), once for each device; unlike VFIO and iommufd it knows no {@code CAP_IPC_LOCK}
 * ({@code vhost_vdpa_pa_map}).
 */
final class Memlock {

    private static final Logger LOG = LoggerFactory.getLogger(Memlock.class);

    private final ProcessMemory memory;

    Memlock(Kernel kernel) {
        this.memory = new ProcessMemory(kernel);
    }

    Budget budget() {
        try {
            long limit = memory.memlockLimit().soft();
            return new Budget(
                    limit == MemlockLimit.UNLIMITED ? OptionalLong.empty() : OptionalLong.of(limit),
                    memory.memlockUsage().pinned(),
                    OptionalLong.empty());
        } catch (IOException unreadable) {
            LOG.debug("the limit on locked memory is not known: {}", unreadable.getMessage());
            return Budget.UNKNOWN;
        }
    }

    /** {@return why so many bytes more cannot be pinned; empty if they can} */
    Optional<Cause> shortage(long bytes) {
        Budget budget = budget();
        OptionalLong needed = budget.raiseFor(bytes);
        if (needed.isEmpty()) {
            return Optional.empty();
        }
        long limit = needed.getAsLong();
        return Optional.of(new Cause(
                "0x%x more bytes are to be pinned, and the limit on locked memory leaves 0x%x of 0x%x"
                        .formatted(bytes, budget.pinnable().getAsLong(), budget.memlock().getAsLong()),
                "raise the limit to 0x%x bytes or more: ulimit -l %d, LimitMEMLOCK=%d; CAP_IPC_LOCK does not help here"
                        .formatted(limit, (limit + 1023) / 1024, limit)));
    }
}

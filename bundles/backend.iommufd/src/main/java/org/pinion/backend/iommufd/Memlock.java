package org.pinion.backend.iommufd;

import java.io.IOException;
import org.pinion.linux.Kernel;
import org.pinion.linux.procfs.MemlockLimit;
import org.pinion.linux.procfs.ProcessMemory;

/** Tells this process's limit on locked memory, which pinned pages are charged to. */
final class Memlock {

    private final ProcessMemory memory;

    Memlock(Kernel kernel) {
        this.memory = new ProcessMemory(kernel);
    }

    /** {@return half a sentence such as {@code the limit on locked memory is 0x800000 bytes}} */
    String inWords() {
        try {
            long limit = memory.memlockLimit().soft();
            return limit == MemlockLimit.UNLIMITED
                    ? "locked memory is not limited"
                    : "the limit on locked memory is 0x%x bytes, for all of this user's programs together".formatted(limit);
        } catch (IOException unreadable) {
            return "the limit on locked memory is not known (" + unreadable.getMessage() + ")";
        }
    }
}

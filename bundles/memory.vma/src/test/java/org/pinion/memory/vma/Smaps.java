package org.pinion.memory.vma;

import java.util.List;
import org.pinion.linux.MalformedFileException;
import org.pinion.linux.procfs.MemoryArea;
import org.pinion.linux.procfs.ProcessMemory;

/** Memory areas as kernels print them. */
final class Smaps {

    private Smaps() {}

    /** One area; {@code header} is the first line, with {@code kilobytes} for its pages. */
    static String text(String header, long kilobytes, String flags) {
        return "%s%nSize: 64 kB%nKernelPageSize: %d kB%nMMUPageSize: %d kB%nVmFlags: %s%n"
                .formatted(header, kilobytes, kilobytes, flags);
    }

    static MemoryArea area(String header, long kilobytes, String flags) {
        return areas(text(header, kilobytes, flags)).getFirst();
    }

    static List<MemoryArea> areas(String... texts) {
        try {
            return ProcessMemory.parseAreas("smaps of a test", String.join("", texts));
        } catch (MalformedFileException wrong) {
            throw new AssertionError(wrong);
        }
    }
}

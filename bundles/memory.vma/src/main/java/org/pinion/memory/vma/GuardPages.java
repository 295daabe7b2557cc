package org.pinion.memory.vma;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.pinion.api.AddressRange;
import org.pinion.linux.Fcntl;
import org.pinion.linux.Kernel;
import org.pinion.linux.procfs.MemoryArea;

/**
 * Guard pages, which {@code madvise(MADV_GUARD_INSTALL)} puts into an area without cutting it. The flag {@code gu} says
 * that an area may have some, and stays when it is merged with a neighbour; {@code /proc/self/pagemap} says which pages
 * are (Documentation/admin-guide/mm/pagemap.rst). A kernel that has them and lacks the flag does not tell.
 */
final class GuardPages implements Gaps {

    private static final String PAGEMAP = "/proc/self/pagemap";
    private static final String PERHAPS = "may have guard pages (VmFlags gu), and " + PAGEMAP;
    private static final String FLAG = "gu";
    private static final long GUARD = 1L << 58;
    private static final long CHUNK = 1 << 16;

    private final Kernel kernel;

    GuardPages(Kernel kernel) {
        this.kernel = kernel;
    }

    @Override
    public List<Gap> of(MemoryArea area, AddressRange part) {
        if (!area.vmFlags().contains(FLAG)) {
            return List.of();
        }
        int fd = kernel.open(PAGEMAP, Fcntl.O_RDONLY | Fcntl.O_CLOEXEC);
        if (fd < 0) {
            return List.of(new Gap(part, PERHAPS + " cannot be opened"));
        }
        try {
            return read(fd, part);
        } finally {
            kernel.close(fd);
        }
    }

    private List<Gap> read(int fd, AddressRange part) {
        long last = Long.divideUnsigned(part.last(), kernel.pageSize());
        List<Gap> gaps = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment entries = arena.allocate(CHUNK * Long.BYTES, Long.BYTES);
            long page = Long.divideUnsigned(part.start(), kernel.pageSize());
            while (page <= last) {
                long count = Math.min(CHUNK, last - page + 1);
                MemorySegment wanted = entries.asSlice(0, count * Long.BYTES);
                if (kernel.pread(fd, wanted, page * Long.BYTES) != wanted.byteSize()) {
                    return List.of(new Gap(part, PERHAPS + " was cut short"));
                }
                collect(wanted, page, part, gaps);
                page += count;
            }
        }
        return gaps;
    }

    private void collect(MemorySegment entries, long firstPage, AddressRange part, List<Gap> gaps) {
        for (long i = 0; i < entries.byteSize() / Long.BYTES; i++) {
            if ((entries.getAtIndex(ValueLayout.JAVA_LONG, i) & GUARD) != 0) {
                AddressRange page = AddressRange.ofSize((firstPage + i) * kernel.pageSize(), kernel.pageSize());
                add(page.intersect(part).orElseThrow(), gaps);
            }
        }
    }

    private static void add(AddressRange page, List<Gap> gaps) {
        boolean goesOn = !gaps.isEmpty() && gaps.getLast().range().meets(page);
        AddressRange range = goesOn ? new AddressRange(gaps.removeLast().range().start(), page.last()) : page;
        gaps.add(new Gap(range, "has guard pages here, as " + PAGEMAP + " says"));
    }
}

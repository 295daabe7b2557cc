package org.pinion.memory.vma;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.pinion.api.AddressRange;
import org.pinion.linux.Fcntl;
import org.pinion.linux.Kernel;
import org.pinion.linux.procfs.MemoryArea;

/**
 * Pages of an area that lie past the end of its file: touching one raises SIGBUS, pinning it fails with EFAULT. The
 * file is opened through {@code /proc/self/map_files}, which takes {@code CAP_CHECKPOINT_RESTORE}; without it nothing
 * is said. A file that is cut shorter later is not noticed before the next plan.
 */
final class FileEnd implements Gaps {

    private final Kernel kernel;
    private final FileSystems fileSystems;

    FileEnd(Kernel kernel, FileSystems fileSystems) {
        this.kernel = kernel;
        this.fileSystems = fileSystems;
    }

    @Override
    public List<Gap> of(MemoryArea area, AddressRange part) {
        if (!canBeCut(area)) {
            return List.of();
        }
        String path = "/proc/self/map_files/%x-%x".formatted(area.start(), area.last() + 1);
        int fd = kernel.open(path, Fcntl.O_RDONLY | Fcntl.O_CLOEXEC | Fcntl.O_NONBLOCK);
        if (fd < 0) {
            return List.of();
        }
        try {
            return past(fd, area, part);
        } finally {
            kernel.close(fd);
        }
    }

    /** Only a file whose bytes can be read without an effect, and that somebody could have cut. */
    private boolean canBeCut(MemoryArea area) {
        return area.inode() != 0 && area.path().startsWith("/") && switch (AreaFile.of(area, fileSystems).kind()) {
            case SHARED_MEMORY, REGULAR -> true;
            case ANONYMOUS, DEVICE, SECRET, OTHER -> false;
        };
    }

    private List<Gap> past(int fd, MemoryArea area, AddressRange part) {
        long page = kernel.pageSize();
        long first = part.start() & -page;
        long pages = Long.divideUnsigned((part.last() & -page) - first, page) + 1;
        long backed = backed(fd, area.offset() + (first - area.start()), pages);
        if (backed == pages) {
            return List.of();
        }
        long start = backed == 0 ? part.start() : first + backed * page;
        return List.of(new Gap(new AddressRange(start, part.last()), "lies past the end of its file here"));
    }

    /** How many of some pages, from an offset of the file on, begin before the file's end. */
    private long backed(int fd, long offset, long pages) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment octet = arena.allocate(1);
            if (kernel.pread(fd, octet, offset + (pages - 1) * kernel.pageSize()) != 0) {
                return pages;
            }
            long low = 0;
            long high = pages - 1;
            while (low < high) {
                long middle = (low + high) >>> 1;
                if (kernel.pread(fd, octet, offset + middle * kernel.pageSize()) == 0) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            return low;
        }
    }
}

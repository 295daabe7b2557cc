package org.pinion.memory.vma;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pinion.api.AddressRange;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Fcntl;
import org.pinion.linux.Kernel;
import org.pinion.linux.Mman;

/**
 * The first and cheapest look at single pages. An entry of {@code /proc/self/pagemap} is eight bytes; of many pages the
 * kernel itself looks for the guard pages ({@code PAGEMAP_SCAN}, {@code struct pm_scan_arg} in include/uapi/linux/fs.h,
 * which knows {@code PAGE_IS_GUARD} from Linux 6.16 on). For one thread at a time.
 */
final class Pagemap implements AutoCloseable {

    private static final String PATH = "/proc/self/pagemap";
    private static final long PRESENT_OR_SWAPPED = 3L << 62;
    private static final long GUARD = 1L << 58;
    /** Of more pages, the kernel is asked to look for guards. */
    private static final long MOST_ENTRIES = 64;

    private static final int PAGEMAP_SCAN = 0xc0606610;
    private static final long PAGE_IS_GUARD = 1L << 8;
    private static final long SCAN_SIZE = 96;
    private static final long START = 16;
    private static final long END = 24;
    private static final long VECTOR = 40;
    private static final long VECTOR_LENGTH = 48;
    private static final long MAX_PAGES = 56;
    private static final long CATEGORY_MASK = 72;
    private static final long RETURN_MASK = 88;
    private static final long REGION_SIZE = 24;

    private final Kernel kernel;
    private final long pageSize;
    private final int fd;
    private final boolean guarding;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment entries = arena.allocate(MOST_ENTRIES * Long.BYTES, Long.BYTES);
    private final MemorySegment scan = arena.allocate(SCAN_SIZE, Long.BYTES);
    private final MemorySegment region = arena.allocate(REGION_SIZE, Long.BYTES);

    Pagemap(Kernel kernel) {
        this.kernel = kernel;
        this.pageSize = kernel.pageSize();
        this.fd = kernel.open(PATH, Fcntl.O_RDONLY | Fcntl.O_CLOEXEC);
        this.guarding = canGuard(kernel);
    }

    /** A kernel before Linux 6.13 does not know what guard pages are, and cannot look for them either. */
    private static boolean canGuard(Kernel kernel) {
        try {
            MemorySegment page = kernel.mmap(
                    kernel.pageSize(), Mman.PROT_READ, Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS, -1, 0);
            int answer = kernel.madvise(page, Mman.MADV_GUARD_INSTALL);
            kernel.munmap(page);
            return answer != Errno.EINVAL.answer();
        } catch (ErrnoException noMemory) {
            return true;
        }
    }

    /**
     * Whether none of a range's pages is a guard page, and the last one is there, so that a file, if there is one, does
     * not end before it.
     *
     * @param range addresses of this process
     * @return whether that is certain
     */
    boolean isWhole(AddressRange range) {
        long first = Long.divideUnsigned(range.start(), pageSize);
        long last = Long.divideUnsigned(range.last(), pageSize);
        long count = last - first + 1;
        if (fd < 0) {
            return false;
        }
        return count <= MOST_ENTRIES
                ? isWhole(first, (int) count)
                : isWhole(last, 1) && (!guarding || hasNoGuards(first * pageSize, (last + 1) * pageSize));
    }

    private boolean isWhole(long first, int count) {
        MemorySegment wanted = entries.asSlice(0, (long) count * Long.BYTES);
        if (kernel.pread(fd, wanted, first * Long.BYTES) != wanted.byteSize()) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            if ((entry(i) & GUARD) != 0) {
                return false;
            }
        }
        return (entry(count - 1) & PRESENT_OR_SWAPPED) != 0;
    }

    private long entry(int index) {
        return entries.getAtIndex(ValueLayout.JAVA_LONG, index);
    }

    private boolean hasNoGuards(long start, long end) {
        scan.fill((byte) 0);
        scan.set(ValueLayout.JAVA_LONG, 0, SCAN_SIZE);
        scan.set(ValueLayout.JAVA_LONG, START, start);
        scan.set(ValueLayout.JAVA_LONG, END, end);
        scan.set(ValueLayout.JAVA_LONG, VECTOR, region.address());
        scan.set(ValueLayout.JAVA_LONG, VECTOR_LENGTH, 1);
        scan.set(ValueLayout.JAVA_LONG, MAX_PAGES, 1);
        scan.set(ValueLayout.JAVA_LONG, CATEGORY_MASK, PAGE_IS_GUARD);
        scan.set(ValueLayout.JAVA_LONG, RETURN_MASK, PAGE_IS_GUARD);
        // The answer is the number of regions found. A kernel that does not know the request or the category refuses.
        return kernel.ioctl(fd, PAGEMAP_SCAN, scan) == 0;
    }

    @Override
    public void close() {
        if (fd >= 0) {
            kernel.close(fd);
        }
        arena.close();
    }
}

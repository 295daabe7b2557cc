package org.pinion.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;
import org.pinion.linux.Mman;

/** Memory of the process that a test maps, until it is closed. */
final class TestMemory implements AutoCloseable {

    static final long PAGE = 4096;
    static final long HUGE_PAGE = 2L << 20;

    private static final int READ_WRITE = Mman.PROT_READ | Mman.PROT_WRITE;
    private static final int MAP_POPULATE = 0x8000;
    private static final int MAP_HUGETLB = 0x40000;

    private final Kernel kernel = KernelUnderTest.kernel();
    private final List<MemorySegment> mapped = new ArrayList<>();
    private final List<Integer> files = new ArrayList<>();

    private MemorySegment map(long bytes, int flags, int file) {
        try {
            MemorySegment memory = kernel.mmap(bytes, READ_WRITE, Mman.MAP_SHARED | flags, file, 0);
            mapped.add(memory);
            return memory;
        } catch (ErrnoException e) {
            throw new AssertionError(e.getMessage(), e);
        }
    }

    /** Ordinary pages, from a multiple of a huge page on. */
    MemorySegment pages(long bytes) {
        MemorySegment memory = map(bytes + HUGE_PAGE, Mman.MAP_ANONYMOUS, -1);
        return memory.asSlice(-memory.address() & (HUGE_PAGE - 1), bytes);
    }

    /** Huge pages, which are there at once. */
    MemorySegment hugePages(long bytes) {
        return map(bytes, Mman.MAP_ANONYMOUS | MAP_HUGETLB | MAP_POPULATE, -1);
    }

    /** A file in memory, by its descriptor. */
    int file(long bytes, boolean hugePages) {
        int file = Expect.id(kernel.memfdCreate("buffer", hugePages ? Mman.MFD_HUGETLB : 0));
        files.add(file);
        Expect.succeeds(kernel.ftruncate(file, bytes));
        return file;
    }

    MemorySegment fileMemory(int file, long bytes) {
        return map(bytes, 0, file);
    }

    /** Unmaps all at once that one call has mapped. */
    void unmap(MemorySegment memory) {
        assertThat(mapped.remove(memory)).isTrue();
        Expect.succeeds(kernel.munmap(memory));
    }

    @Override
    public void close() {
        mapped.forEach(memory -> Expect.succeeds(kernel.munmap(memory)));
        files.forEach(file -> Expect.succeeds(kernel.close(file)));
    }
}

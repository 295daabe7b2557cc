package org.pinion.fuzz;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;
import org.pinion.linux.Mman;

/**
 * Memory of the process as one kernel has it. All lie at multiples of 2 MiB, as the kernel chooses addresses by how far
 * those of the process are aligned.
 */
final class Ram {

    static final long PAGE = 4096;
    /** What there is to use. */
    static final long SIZE = 64 * PAGE;
    /** Addresses past a file's end, at which nothing is. */
    static final long PAST_END = 17 * PAGE;

    private static final long ALIGNMENT = 2 << 20;
    private static final int ATTEMPTS = 10_000;
    private static final int FACTOR = 31;
    private static final long[] CONTENT =
            LongStream.range(0, SIZE / Long.BYTES).map(index -> index * FACTOR).toArray();

    /** What kinds there are. */
    enum Kind {
        ANONYMOUS, FILE, READ_ONLY_FILE,
        /** A file that may be cut. */
        CUT_FILE,
        /** No file's, and may be unmapped. */
        DROPPED;

        boolean file() {
            return this != ANONYMOUS && this != DROPPED;
        }
    }

    private final Kernel kernel;
    private final Kind kind;
    private final int file;
    private MemorySegment memory;
    private MemorySegment plug;
    private boolean whole = true;

    private Ram(Kernel kernel, Kind kind, int file) throws ErrnoException {
        this.kernel = kernel;
        this.kind = kind;
        this.file = file;
        this.memory = aligned();
        fill();
    }

    static Ram of(Kernel kernel, Kind kind) throws ErrnoException {
        int file = -1;
        if (kind.file()) {
            file = ErrnoException.check("memfd_create", kernel.memfdCreate("fuzz", Mman.MFD_CLOEXEC));
            ErrnoException.check("ftruncate", kernel.ftruncate(file, SIZE));
        }
        return new Ram(kernel, kind, file);
    }

    private int protection() {
        return kind == Kind.READ_ONLY_FILE ? Mman.PROT_READ : Mman.PROT_READ | Mman.PROT_WRITE;
    }

    /**
     * What does not lie well is kept until something does: the next then lies below it, and as its size is an odd
     * number of pages, every place between two multiples comes by. Memory that is no file's has more than is used.
     */
    private MemorySegment aligned() throws ErrnoException {
        if (!kind.file()) {
            return kernel.mmap(SIZE + ALIGNMENT, protection(), Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS, -1, 0);
        }
        List<MemorySegment> before = new ArrayList<>();
        try {
            for (int i = 0; i < ATTEMPTS; i++) {
                MemorySegment found = kernel.mmap(SIZE + PAST_END, protection(), Mman.MAP_SHARED, file, 0);
                if (found.address() % ALIGNMENT == 0) {
                    return found;
                }
                before.add(found);
            }
        } finally {
            before.forEach(kernel::munmap);
        }
        throw new IllegalStateException("no memory lies at a multiple of 2 MiB");
    }

    /** Bytes of the mapping before the first that is used. */
    private long before() {
        return -memory.address() & (ALIGNMENT - 1);
    }

    /** Gives every page its bytes, and so makes it be there. */
    private void fill() throws ErrnoException {
        MemorySegment to = memory.asSlice(before());
        if (kind == Kind.READ_ONLY_FILE) {
            to = kernel.mmap(SIZE, Mman.PROT_READ | Mman.PROT_WRITE, Mman.MAP_SHARED, file, 0);
        }
        MemorySegment.copy(CONTENT, 0, to, ValueLayout.JAVA_LONG, 0, CONTENT.length);
        if (kind == Kind.READ_ONLY_FILE) {
            kernel.munmap(to);
        }
    }

    long address() {
        return memory.address() + before();
    }

    int file() {
        return file;
    }

    byte[] bytes() {
        return whole ? memory.asSlice(before(), SIZE).toArray(ValueLayout.JAVA_BYTE) : Answer.noBytes();
    }

    long truncate(long bytes) {
        whole = false;
        return kernel.ftruncate(file, bytes);
    }

    /** A real kernel may give the addresses to somebody else, who must not be reached by them. */
    long drop() throws ErrnoException {
        if (plug != null) {
            return 0;
        }
        whole = false;
        int answer = kernel.munmap(memory);
        plug = kernel.mmap(memory.byteSize(), 0, Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS, -1, 0);
        boolean taken = kernel.type().equals(Kernel.EMULATED) || plug.address() == memory.address();
        if (!taken) {
            throw new IllegalStateException("somebody else took the addresses that were given back");
        }
        return answer;
    }

    /** Its bytes may not be those of the first any more. */
    void spoiled() {
        whole = false;
    }

    /** Makes it what it was at first. */
    void restore() throws ErrnoException {
        if (whole) {
            return;
        }
        if (plug != null) {
            kernel.munmap(plug);
            plug = null;
            memory = aligned();
        }
        if (file >= 0) {
            kernel.ftruncate(file, SIZE);
        }
        fill();
        whole = true;
    }

    /** Gives everything back. */
    void close() {
        kernel.munmap(plug == null ? memory : plug);
        if (file >= 0) {
            kernel.close(file);
        }
    }
}

package org.pinion.keeper;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;
import org.pinion.linux.Mman;

/**
 * The two memory files of a record, written by turns, so that one of them is whole whenever the process ends. The last
 * whole one counts.
 */
final class RecordFiles {

    private static final int BOTH = 2;

    private final Kernel kernel;
    private final List<Integer> fds;
    private long sequence;

    private RecordFiles(Kernel kernel, List<Integer> fds, long sequence) {
        this.kernel = kernel;
        this.fds = List.copyOf(fds);
        this.sequence = sequence;
    }

    static RecordFiles create(Kernel kernel, String space) throws ErrnoException {
        int first = memory(kernel, space);
        try {
            return new RecordFiles(kernel, List.of(first, memory(kernel, space)), 0);
        } catch (ErrnoException refused) {
            kernel.close(first);
            throw refused;
        }
    }

    private static int memory(Kernel kernel, String space) throws ErrnoException {
        String name = "record of " + space;
        // No longer than the kernel takes a name.
        String shown = name.length() > 60 ? name.substring(0, 60) : name;
        return ErrnoException.check("memfd_create", kernel.memfdCreate(shown, Mman.MFD_CLOEXEC));
    }

    /** Goes on with files of another process. */
    static RecordFiles of(Kernel kernel, List<Integer> fds) {
        return new RecordFiles(kernel, fds, 0);
    }

    List<Integer> fds() {
        return fds;
    }

    void write(byte[] content) throws ErrnoException {
        sequence++;
        int fd = fds.get((int) (sequence % BOTH));
        byte[] bytes = new Page(sequence, content).bytes();
        ErrnoException.check("ftruncate", kernel.ftruncate(fd, 0));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
            for (long at = 0; at < bytes.length; ) {
                long written = kernel.pwrite(fd, memory.asSlice(at), at);
                ErrnoException.check("pwrite", written < 0 ? (int) written : 0);
                ErrnoException.check("pwrite", written == 0 ? Errno.ENOSPC.answer() : 0);
                at += written;
            }
        }
    }

    /** Reads the last whole one, and goes on from it. */
    byte[] read() throws ErrnoException, DamagedRecordException {
        Page last = null;
        DamagedRecordException why = null;
        for (int fd : fds) {
            try {
                Page page = Page.read(bytes(fd));
                last = last == null || page.sequence() > last.sequence() ? page : last;
            } catch (DamagedRecordException damaged) {
                why = why == null || damaged.ofLaterVersion() ? damaged : why;
            }
        }
        if (last == null || why != null && why.ofLaterVersion()) {
            throw why;
        }
        sequence = last.sequence();
        return last.content();
    }

    private byte[] bytes(int fd) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment header = arena.allocate(Page.HEADER);
            long got = kernel.pread(fd, header, 0);
            ErrnoException.check("pread", got < 0 ? (int) got : 0);
            long length = got < Page.HEADER ? got : Page.HEADER + contentLength(header);
            MemorySegment whole = arena.allocate(Math.max(length, 1));
            long read = 0;
            while (read < length) {
                long more = kernel.pread(fd, whole.asSlice(read, length - read), read);
                ErrnoException.check("pread", more < 0 ? (int) more : 0);
                if (more == 0) {
                    break;
                }
                read += more;
            }
            return whole.asSlice(0, read).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /** No more than a record can have: what a damaged header says is not believed. */
    private static long contentLength(MemorySegment header) {
        long length = header.get(ValueLayout.JAVA_LONG_UNALIGNED, Page.HEADER - Long.BYTES);
        return Math.clamp(length, 0, Integer.MAX_VALUE - 2L * Page.HEADER);
    }

    void close() {
        fds.forEach(kernel::close);
    }
}

package org.pinion.lab;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import org.pinion.linux.Errno;

/** System calls of x86-64 that make memory of unusual kinds; Pinion itself has no use for them. */
final class Syscalls {

    /** No page may be touched. */
    static final int PROT_NONE = 0;

    /** At the very address. */
    static final int MAP_FIXED = 0x10;

    /** In huge pages. */
    static final int MAP_HUGETLB = 0x40000;

    private static final int CLOSE = 3;
    private static final int MMAP = 9;
    private static final int MPROTECT = 10;
    private static final int MUNMAP = 11;
    private static final int MADVISE = 28;
    private static final int PIDFD_OPEN = 434;
    private static final int PIDFD_GETFD = 438;
    private static final int MEMFD_SECRET = 447;
    private static final int MADV_HUGEPAGE = 14;

    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final long ERRNO = STATE.byteOffset(PathElement.groupElement("errno"));
    private static final MethodHandle SYSCALL = Linker.nativeLinker().downcallHandle(
            Linker.nativeLinker().defaultLookup().findOrThrow("syscall"),
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                    JAVA_LONG),
            Linker.Option.captureCallState("errno"),
            Linker.Option.firstVariadicArg(1));

    private Syscalls() {}

    static long map(long address, long bytes, int protection, int flags, int fd, long offset) {
        return call("mmap", MMAP, address, bytes, protection, flags, fd, offset);
    }

    static void unmap(long address, long bytes) {
        call("munmap", MUNMAP, address, bytes, 0, 0, 0, 0);
    }

    static void protect(long address, long bytes, int protection) {
        call("mprotect", MPROTECT, address, bytes, protection, 0, 0, 0);
    }

    /** The kernel is to take huge pages where it can. */
    static void adviseHugePages(long address, long bytes) {
        call("madvise", MADVISE, address, bytes, MADV_HUGEPAGE, 0, 0, 0);
    }

    static int secretFile() {
        return (int) call("memfd_secret", MEMFD_SECRET, 0, 0, 0, 0, 0, 0);
    }

    /** A file that another process has open: the same open file, under a descriptor of this process. */
    static int duplicate(long process, int fd) {
        long handle = call("pidfd_open", PIDFD_OPEN, process, 0, 0, 0, 0, 0);
        try {
            return (int) call("pidfd_getfd", PIDFD_GETFD, handle, fd, 0, 0, 0, 0);
        } finally {
            call("close", CLOSE, handle, 0, 0, 0, 0, 0);
        }
    }

    private static long call(String name, long number, long a, long b, long c, long d, long e, long f) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            long answer = (long) SYSCALL.invokeExact(state, number, a, b, c, d, e, f);
            Expect.that(answer != -1, name + ": " + Errno.of(state.get(JAVA_INT, ERRNO)));
            return answer;
        } catch (RuntimeException | Error known) {
            throw known;
        } catch (Throwable impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}

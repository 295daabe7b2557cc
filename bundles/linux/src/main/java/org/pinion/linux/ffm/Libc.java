package org.pinion.linux.ffm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.pinion.linux.ffm.NativeCall.answer;
import static org.pinion.linux.ffm.NativeCall.bind;
import static org.pinion.linux.ffm.NativeCall.string;
import static org.pinion.linux.ffm.NativeCall.unchecked;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Optional;

/**
 * Calls of the C library that answer as the system call underneath does: a value, or a negated {@code errno}.
 *
 * <p>Every handle lives in a class of its own, so that it is a constant for the compiler and yet bound only by the
 * first call: binding all of them takes a quarter of a second, which no start of a bundle should wait for.
 */
final class Libc {

    private static final List<String> FUNCTIONS = List.of(
            "open", "close", "ioctl", "mmap", "munmap", "madvise", "pread", "pwrite", "memfd_create", "ftruncate",
            "eventfd", "read", "poll", "getpagesize");

    private static final long POLLFD_SIZE = 8;
    private static final long POLLFD_EVENTS = 4;
    private static final short POLLIN = 1;

    /** The C library declares open and ioctl with two arguments and an ellipsis, which some ABIs pass differently. */
    private static final Linker.Option AFTER_TWO = Linker.Option.firstVariadicArg(2);

    private Libc() {}

    private static final class Open {
        static final MethodHandle CALL = bind(
                "open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT), AFTER_TWO);
    }

    private static final class Close {
        static final MethodHandle CALL = bind("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    }

    private static final class IoctlStruct {
        static final MethodHandle CALL = bind(
                "ioctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS), AFTER_TWO);
    }

    private static final class IoctlNumber {
        static final MethodHandle CALL = bind(
                "ioctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG), AFTER_TWO);
    }

    private static final class Mmap {
        static final MethodHandle CALL = bind(
                "mmap", FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    }

    private static final class Munmap {
        static final MethodHandle CALL = bind("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
    }

    private static final class Madvise {
        static final MethodHandle CALL =
                bind("madvise", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    }

    private static final class Pread {
        static final MethodHandle CALL =
                bind("pread", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
    }

    private static final class Pwrite {
        static final MethodHandle CALL =
                bind("pwrite", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
    }

    private static final class MemfdCreate {
        static final MethodHandle CALL = bind("memfd_create", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    }

    private static final class Ftruncate {
        static final MethodHandle CALL = bind("ftruncate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
    }

    private static final class Eventfd {
        static final MethodHandle CALL = bind("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    }

    private static final class Read {
        static final MethodHandle CALL = bind("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    }

    private static final class Write {
        static final MethodHandle CALL = bind("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    }

    private static final class Poll {
        static final MethodHandle CALL = bind("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    }

    private static final class Getpagesize {
        static final MethodHandle CALL = bind("getpagesize", FunctionDescriptor.of(JAVA_INT));
    }

    /** Looks for what will be bound, without binding it. */
    static Optional<String> missingFunction() {
        return FUNCTIONS.stream().filter(name -> !NativeCall.has(name)).findFirst();
    }

    static int open(String path, int flags) {
        MemorySegment state = NativeCall.state();
        try (Arena arena = Arena.ofConfined()) {
            return answer((int) Open.CALL.invokeExact(state, string(arena, path), flags, 0), state);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    static int close(int fd) {
        MemorySegment state = NativeCall.state();
        try {
            return answer((int) Close.CALL.invokeExact(state, fd), state);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    static int ioctl(int fd, int request, MemorySegment argument) {
        MemorySegment state = NativeCall.state();
        try {
            long number = Integer.toUnsignedLong(request);
            return answer((int) IoctlStruct.CALL.invokeExact(state, fd, number, argument), state);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    static int ioctl(int fd, int request, long argument) {
        MemorySegment state = NativeCall.state();
        try {
            long number = Integer.toUnsignedLong(request);
            return answer((int) IoctlNumber.CALL.invokeExact(state, fd, number, argument), state);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    /** Answers with the address: no address of a process is as high as the negated error numbers. */
    static long mmap(long length, int protection, int flags, int fd, long offset) {
        MemorySegment state = NativeCall.state();
        try {
            MemorySegment anywhere = MemorySegment.NULL;
            return answer(
                    (long) Mmap.CALL.invokeExact(state, anywhere, length, protection, flags, fd, offset), state);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    static int munmap(long address, long length) {
        MemorySegment state = NativeCall.state();
        try {
            return answer((int) Munmap.CALL.invokeExact(state, address, length), state);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    static long pread(int fd, MemorySegment into, long offset) {
        MemorySegment state = NativeCall.state();
        try {
            return answer((long) Pread.CALL.invokeExact(state, fd, into, into.byteSize(), offset), state);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    static long pwrite(int fd, MemorySegment from, long offset) {
        MemorySegment state = NativeCall.state();
        try {
            return answer((long) Pwrite.CALL.invokeExact(state, fd, from, from.byteSize(), offset), state);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    static int memfdCreate(String name, int flags) {
        MemorySegment state = NativeCall.state();
        try (Arena arena = Arena.ofConfined()) {
            return answer((int) MemfdCreate.CALL.invokeExact(state, string(arena, name), flags), state);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    static int madvise(MemorySegment memory, int advice) {
        MemorySegment state = NativeCall.state();
        try {
            return answer((int) Madvise.CALL.invokeExact(state, memory, memory.byteSize(), advice), state);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    static int ftruncate(int fd, long length) {
        MemorySegment state = NativeCall.state();
        try {
            return answer((int) Ftruncate.CALL.invokeExact(state, fd, length), state);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    static int eventfd(int initial, int flags) {
        MemorySegment state = NativeCall.state();
        try {
            return answer((int) Eventfd.CALL.invokeExact(state, initial, flags), state);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    static long read(int fd, MemorySegment into) {
        MemorySegment state = NativeCall.state();
        try {
            return answer((long) Read.CALL.invokeExact(state, fd, into, into.byteSize()), state);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    static long write(int fd, MemorySegment from) {
        MemorySegment state = NativeCall.state();
        try {
            return answer((long) Write.CALL.invokeExact(state, fd, from, from.byteSize()), state);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    /** {@code struct pollfd}: the descriptor, the events asked for, those that came. */
    static int poll(int fd, int millis) {
        MemorySegment state = NativeCall.state();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment asked = arena.allocate(POLLFD_SIZE, Integer.BYTES);
            asked.set(JAVA_INT, 0, fd);
            asked.set(ValueLayout.JAVA_SHORT, POLLFD_EVENTS, POLLIN);
            return answer((int) Poll.CALL.invokeExact(state, asked, 1L, millis), state);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    static int pageSize() {
        MemorySegment state = NativeCall.state();
        try {
            return answer((int) Getpagesize.CALL.invokeExact(state), state);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }
}

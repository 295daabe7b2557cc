package org.pinion.linux.notify;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Fcntl;
import org.pinion.linux.ffm.NativeCall;

/** Calls of the C library about Unix sockets and pipes. Each handle is bound by its first call. */
final class Sockets {

    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int PATH = 2;
    private static final int LONGEST_PATH = 108;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_CMSG_CLOEXEC = 0x4000_0000;

    private Sockets() {}

    private static final class Socket {
        static final MethodHandle CALL =
                NativeCall.bind("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    }

    private static final class Bind {
        static final MethodHandle CALL =
                NativeCall.bind("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    }

    private static final class Sendmsg {
        static final MethodHandle CALL =
                NativeCall.bind("sendmsg", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
    }

    private static final class Recvmsg {
        static final MethodHandle CALL =
                NativeCall.bind("recvmsg", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
    }

    private static final class Pipe2 {
        static final MethodHandle CALL =
                NativeCall.bind("pipe2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    }

    /** A socket for datagrams; answers its descriptor. */
    static int open() throws ErrnoException {
        MemorySegment state = NativeCall.state();
        try {
            int answer = (int) Socket.CALL.invokeExact(state, AF_UNIX, SOCK_DGRAM | Fcntl.O_CLOEXEC, 0);
            return ErrnoException.check("socket", NativeCall.answer(answer, state));
        } catch (ErrnoException refused) {
            throw refused;
        } catch (Throwable thrown) {
            throw NativeCall.unchecked(thrown);
        }
    }

    /** Gives a socket its address. */
    static void bind(int socket, MemorySegment address) throws ErrnoException {
        MemorySegment state = NativeCall.state();
        try {
            int answer = (int) Bind.CALL.invokeExact(state, socket, address, (int) address.byteSize());
            ErrnoException.check("bind", NativeCall.answer(answer, state));
        } catch (ErrnoException refused) {
            throw refused;
        } catch (Throwable thrown) {
            throw NativeCall.unchecked(thrown);
        }
    }

    /** Sends {@code struct msghdr}; answers how many bytes, or a negated error number. */
    static long send(int socket, MemorySegment message) {
        MemorySegment state = NativeCall.state();
        try {
            return NativeCall.answer((long) Sendmsg.CALL.invokeExact(state, socket, message, MSG_NOSIGNAL), state);
        } catch (Throwable thrown) {
            throw NativeCall.unchecked(thrown);
        }
    }

    /** Receives {@code struct msghdr} if one is there; answers how many bytes, or a negated error number. */
    static long receive(int socket, MemorySegment message) {
        MemorySegment state = NativeCall.state();
        try {
            int flags = MSG_CMSG_CLOEXEC | MSG_DONTWAIT;
            return NativeCall.answer((long) Recvmsg.CALL.invokeExact(state, socket, message, flags), state);
        } catch (Throwable thrown) {
            throw NativeCall.unchecked(thrown);
        }
    }

    /**
     * A pipe.
     *
     * @param read the descriptor of the end to read from
     * @param write the descriptor of the end to write to
     */
    record Pipe(int read, int write) {}

    static Pipe pipe() throws ErrnoException {
        MemorySegment state = NativeCall.state();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ends = arena.allocate(JAVA_INT, 2);
            int answer = (int) Pipe2.CALL.invokeExact(state, ends, Fcntl.O_CLOEXEC);
            ErrnoException.check("pipe2", NativeCall.answer(answer, state));
            return new Pipe(ends.getAtIndex(JAVA_INT, 0), ends.getAtIndex(JAVA_INT, 1));
        } catch (ErrnoException refused) {
            throw refused;
        } catch (Throwable thrown) {
            throw NativeCall.unchecked(thrown);
        }
    }

    /**
     * {@code struct sockaddr_un} of a path, or of a name without a file, which begins with {@code @}.
     *
     * @throws IllegalArgumentException if it is neither, or too long
     */
    static MemorySegment address(Arena arena, String where) {
        byte[] path = where.getBytes(StandardCharsets.UTF_8);
        boolean named = where.startsWith("@");
        if (!named && !where.startsWith("/") || path.length >= LONGEST_PATH) {
            throw new IllegalArgumentException("'" + where + "' is no address of a Unix socket");
        }
        MemorySegment address = arena.allocate(PATH + path.length + (named ? 0 : 1), Short.BYTES);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
        MemorySegment.copy(path, 0, address, ValueLayout.JAVA_BYTE, PATH, path.length);
        if (named) {
            address.set(ValueLayout.JAVA_BYTE, PATH, (byte) 0);
        }
        return address;
    }
}

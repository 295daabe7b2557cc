package org.pinion.linux.notify;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;

/**
 * What is sent to a service manager: lines {@code KEY=VALUE}, and open files (unix(7), {@code SCM_RIGHTS}).
 *
 * @param text the lines
 * @param files descriptors of this process
 */
record Datagram(String text, List<Integer> files) {

    private static final int LONGEST = 4096;
    private static final int MOST_FILES = 253;
    private static final int HEADER = 56;
    private static final int VECTOR = 16;
    private static final int CONTROL_HEADER = 16;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;

    // struct msghdr, and struct cmsghdr, of 64-bit Linux.
    private static final int MSG_NAME = 0;
    private static final int MSG_NAMELEN = 8;
    private static final int MSG_IOV = 16;
    private static final int MSG_IOVLEN = 24;
    private static final int MSG_CONTROL = 32;
    private static final int MSG_CONTROLLEN = 40;
    private static final int CMSG_LEVEL = 8;
    private static final int CMSG_TYPE = 12;

    Datagram {
        files = List.copyOf(files);
    }

    /** {@return the value of a key's first line} */
    Optional<String> value(String key) {
        return text.lines()
                .filter(line -> line.startsWith(key + "="))
                .map(line -> line.substring(key.length() + 1))
                .findFirst();
    }

    void send(int socket, String to) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            MemorySegment payload = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
            MemorySegment address = Sockets.address(arena, to);
            MemorySegment message = message(arena, payload, control(arena));
            message.set(ADDRESS, MSG_NAME, address);
            message.set(JAVA_INT, MSG_NAMELEN, (int) address.byteSize());
            long answer = Sockets.send(socket, message);
            ErrnoException.check("sendmsg to " + to, (int) answer);
        }
    }

    private MemorySegment control(Arena arena) {
        if (files.isEmpty()) {
            return MemorySegment.NULL;
        }
        MemorySegment control = arena.allocate(space(files.size()), Long.BYTES);
        control.set(JAVA_LONG, 0, CONTROL_HEADER + (long) files.size() * Integer.BYTES);
        control.set(JAVA_INT, CMSG_LEVEL, SOL_SOCKET);
        control.set(JAVA_INT, CMSG_TYPE, SCM_RIGHTS);
        for (int i = 0; i < files.size(); i++) {
            control.set(JAVA_INT, CONTROL_HEADER + (long) i * Integer.BYTES, files.get(i));
        }
        return control;
    }

    private static long space(int files) {
        return CONTROL_HEADER + ((long) files * Integer.BYTES + Long.BYTES - 1 & -Long.BYTES);
    }

    private static MemorySegment message(Arena arena, MemorySegment payload, MemorySegment control) {
        MemorySegment vector = arena.allocate(VECTOR, Long.BYTES);
        vector.set(ADDRESS, 0, payload);
        vector.set(JAVA_LONG, Long.BYTES, payload.byteSize());
        MemorySegment message = arena.allocate(HEADER, Long.BYTES);
        message.set(ADDRESS, MSG_IOV, vector);
        message.set(JAVA_LONG, MSG_IOVLEN, 1);
        message.set(ADDRESS, MSG_CONTROL, control);
        message.set(JAVA_LONG, MSG_CONTROLLEN, control.byteSize());
        return message;
    }

    /** Receives a datagram, if one is there; its files belong to the caller. */
    static Optional<Datagram> receive(int socket) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment payload = arena.allocate(LONGEST);
            MemorySegment control = arena.allocate(space(MOST_FILES), Long.BYTES);
            MemorySegment message = message(arena, payload, control);
            long answer = Sockets.receive(socket, message);
            if (answer == Errno.EAGAIN.answer() || answer == Errno.EINTR.answer()) {
                return Optional.empty();
            }
            int length = ErrnoException.check("recvmsg", (int) answer);
            byte[] text = payload.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
            long controlled = message.get(JAVA_LONG, MSG_CONTROLLEN);
            return Optional.of(new Datagram(
                    new String(text, StandardCharsets.UTF_8), files(control.asSlice(0, controlled))));
        }
    }

    private static List<Integer> files(MemorySegment control) {
        List<Integer> files = new ArrayList<>();
        long at = 0;
        while (at + CONTROL_HEADER <= control.byteSize()) {
            long length = control.get(JAVA_LONG, at);
            boolean rights = control.get(JAVA_INT, at + CMSG_LEVEL) == SOL_SOCKET
                    && control.get(JAVA_INT, at + CMSG_TYPE) == SCM_RIGHTS;
            long end = rights ? at + length : at;
            for (long file = at + CONTROL_HEADER; file + Integer.BYTES <= end; file += Integer.BYTES) {
                files.add(control.get(JAVA_INT, file));
            }
            at += length + Long.BYTES - 1 & -Long.BYTES;
        }
        return files;
    }
}

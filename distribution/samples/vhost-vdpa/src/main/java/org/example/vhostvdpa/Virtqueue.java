package org.example.vhostvdpa;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.List;

/** A split virtqueue of one request at a time (virtio 1.2, 2.7), in memory that the device reaches. */
final class Virtqueue {

    /** Descriptors; a power of two. */
    static final int SIZE = 8;

    /** Bytes of the three parts. */
    static final long BYTES = 512;

    private static final long DESCRIPTOR = 16;
    private static final long LENGTH = 8;
    private static final long FLAGS = 12;
    private static final long NEXT = 14;
    private static final short HAS_NEXT = 1;
    private static final short DEVICE_WRITES = 2;
    private static final long AVAILABLE = SIZE * DESCRIPTOR;
    private static final long USED = 256;
    private static final long INDEX = 2;
    private static final long RING = 4;
    private static final short NO_INTERRUPT = 1;
    private static final VarHandle SHORT = ValueLayout.JAVA_SHORT.varHandle();

    private final MemorySegment memory;
    private final long iova;
    private short offered;

    /**
     * @param memory where it lies, zeroed, {@value #BYTES} bytes
     * @param iova where the device finds it
     */
    Virtqueue(MemorySegment memory, long iova) {
        this.memory = memory;
        this.iova = iova;
        memory.set(ValueLayout.JAVA_SHORT, AVAILABLE, NO_INTERRUPT);
    }

    /**
     * A part of a request.
     *
     * @param iova where the device finds it
     * @param length bytes
     * @param deviceWrites whether the device writes it; else it reads it
     */
    record Part(long iova, int length, boolean deviceWrites) {}

    long descriptors() {
        return iova;
    }

    long available() {
        return iova + AVAILABLE;
    }

    long used() {
        return iova + USED;
    }

    /** Puts a request before the device; the one before it must be done. */
    void offer(List<Part> parts) {
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            long at = i * DESCRIPTOR;
            boolean last = i == parts.size() - 1;
            memory.set(ValueLayout.JAVA_LONG, at, part.iova());
            memory.set(ValueLayout.JAVA_INT, at + LENGTH, part.length());
            memory.set(ValueLayout.JAVA_SHORT, at + FLAGS,
                    (short) ((last ? 0 : HAS_NEXT) | (part.deviceWrites() ? DEVICE_WRITES : 0)));
            memory.set(ValueLayout.JAVA_SHORT, at + NEXT, (short) (last ? 0 : i + 1));
        }
        memory.set(ValueLayout.JAVA_SHORT, AVAILABLE + RING + (offered & SIZE - 1) * Short.BYTES, (short) 0);
        offered++;
        // The device may look as soon as the index says so.
        SHORT.setVolatile(memory, AVAILABLE + INDEX, offered);
    }

    /** {@return whether the device is done with what was offered} */
    boolean isDone() {
        return (short) SHORT.getVolatile(memory, USED + INDEX) == offered;
    }
}

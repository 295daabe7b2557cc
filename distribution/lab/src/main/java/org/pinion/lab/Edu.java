package org.pinion.lab;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.locks.LockSupport;
import org.pinion.api.AttachedDevice;
import org.pinion.api.IommuException;

/** Drives QEMU's {@code edu} device: one buffer of 4096 bytes, and a DMA engine that takes about 100 ms. */
final class Edu {

    private static final int BAR = 0;
    private static final int CONFIG_SPACE = 7;
    private static final int COMMAND_REGISTER = 4;
    private static final short MEMORY_SPACE_AND_BUS_MASTER = 0x6;

    private static final int SOURCE = 0x80;
    private static final int DESTINATION = 0x88;
    private static final int COUNT = 0x90;
    private static final int COMMAND = 0x98;
    private static final long BUFFER = 0x40000;
    private static final long START = 1;
    private static final long FROM_DEVICE = 2;

    private static final long DEADLINE_NANOS = 10_000_000_000L;
    private static final long POLL_NANOS = 1_000_000;

    private final AttachedDevice device;
    private final MemorySegment register = Arena.ofAuto().allocate(ValueLayout.JAVA_LONG);

    /** Lets the device master the bus. */
    Edu(AttachedDevice device) throws IommuException {
        this.device = device;
        register.set(ValueLayout.JAVA_SHORT, 0, MEMORY_SPACE_AND_BUS_MASTER);
        device.write(CONFIG_SPACE, COMMAND_REGISTER, register.asSlice(0, Short.BYTES));
    }

    /** The device reads from memory into its buffer. */
    void read(long iova, int count) throws IommuException {
        transfer(iova, BUFFER, count, START);
    }

    /** The device writes its buffer to memory. */
    void write(long iova, int count) throws IommuException {
        transfer(BUFFER, iova, count, START | FROM_DEVICE);
    }

    private void transfer(long source, long destination, long count, long command) throws IommuException {
        set(SOURCE, source, Long.BYTES);
        set(DESTINATION, destination, Long.BYTES);
        set(COUNT, count, Integer.BYTES);
        set(COMMAND, command, Integer.BYTES);
        long start = System.nanoTime();
        while (running()) {
            Expect.that(System.nanoTime() - start < DEADLINE_NANOS, "the edu is not done after 10 s");
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private void set(long offset, long value, long bytes) throws IommuException {
        register.set(ValueLayout.JAVA_LONG, 0, value);
        device.write(BAR, offset, register.asSlice(0, bytes));
    }

    private boolean running() throws IommuException {
        register.set(ValueLayout.JAVA_LONG, 0, 0);
        device.read(BAR, COMMAND, register.asSlice(0, Integer.BYTES));
        return (register.get(ValueLayout.JAVA_LONG, 0) & START) != 0;
    }
}

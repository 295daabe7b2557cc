package org.pinion.emulator;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Drives an {@code edu} through the descriptor of its character device. */
final class Edu {

    private static final long CONFIG = 7L << 40;
    private static final long BUFFER = 0x40000;

    private final EmulatedKernel kernel;
    private final int device;
    private final MemorySegment word = Arena.ofAuto().allocate(8, 8);

    Edu(EmulatedKernel kernel, int device) {
        this.kernel = kernel;
        this.device = device;
    }

    void busMaster(boolean on) {
        word.set(ValueLayout.JAVA_SHORT, 0, (short) (on ? 6 : 2));
        kernel.pwrite(device, word.asSlice(0, 2), CONFIG + 4);
    }

    boolean busMaster() {
        kernel.pread(device, word.asSlice(0, 2), CONFIG + 4);
        return (word.get(ValueLayout.JAVA_SHORT, 0) & 4) != 0;
    }

    int read(long register) {
        kernel.pread(device, word.asSlice(0, 4), register);
        return word.get(ValueLayout.JAVA_INT, 0);
    }

    void write(long register, int value) {
        word.set(ValueLayout.JAVA_INT, 0, value);
        kernel.pwrite(device, word.asSlice(0, 4), register);
    }

    void writeLong(long register, long value) {
        word.set(ValueLayout.JAVA_LONG, 0, value);
        kernel.pwrite(device, word, register);
    }

    /** The device reads memory into its buffer. */
    void fromMemory(long iova, int count) {
        transfer(iova, BUFFER, count, 1);
    }

    /** The device writes its buffer to memory. */
    void toMemory(long iova, int count) {
        transfer(BUFFER, iova, count, 3);
    }

    private void transfer(long source, long destination, int count, int command) {
        writeLong(0x80, source);
        writeLong(0x88, destination);
        writeLong(0x90, count);
        write(0x98, command);
    }
}

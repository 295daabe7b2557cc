package org.pinion.emulator.pci;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A BAR of registers: an access becomes loads and stores of 8, 4, 2 or 1 bytes, as wide as it is aligned
 * (vfio_pci_rdwr.c).
 */
abstract class RegisterBar implements Bar {

    /** The value of a register; {@code width} is 1, 2, 4 or 8 bytes. */
    abstract long load(long offset, int width);

    abstract void store(long offset, int width, long value);

    @Override
    public final void read(long offset, MemorySegment into) {
        for (long at = 0; at < into.byteSize(); ) {
            int width = width(offset + at, into.byteSize() - at);
            put(into, at, width, load(offset + at, width));
            at += width;
        }
    }

    @Override
    public final void write(long offset, MemorySegment from) {
        for (long at = 0; at < from.byteSize(); ) {
            int width = width(offset + at, from.byteSize() - at);
            store(offset + at, width, get(from, at, width));
            at += width;
        }
    }

    private static int width(long offset, long left) {
        for (int width = 8; width > 1; width /= 2) {
            if (offset % width == 0 && left >= width) {
                return width;
            }
        }
        return 1;
    }

    private static void put(MemorySegment into, long at, int width, long value) {
        for (int i = 0; i < width; i++) {
            into.set(ValueLayout.JAVA_BYTE, at + i, (byte) (value >>> (8 * i)));
        }
    }

    private static long get(MemorySegment from, long at, int width) {
        long value = 0;
        for (int i = 0; i < width; i++) {
            value |= (from.get(ValueLayout.JAVA_BYTE, at + i) & 0xffL) << (8 * i);
        }
        return value;
    }
}

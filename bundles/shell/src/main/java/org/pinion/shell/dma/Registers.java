package org.pinion.shell.dma;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.pinion.api.AttachedDevice;
import org.pinion.api.IommuException;

/** Little-endian registers in the regions of a device. */
final class Registers {

    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final AttachedDevice device;
    // Native, since the bytes go on to a system call; collected with the driver.
    private final MemorySegment buffer = Arena.ofAuto().allocate(LONG);

    Registers(AttachedDevice device) {
        this.device = device;
    }

    int read16(int region, long offset) throws IommuException {
        MemorySegment value = buffer.asSlice(0, SHORT);
        device.read(region, offset, value);
        return Short.toUnsignedInt(value.get(SHORT, 0));
    }

    void write16(int region, long offset, int value) throws IommuException {
        MemorySegment bytes = buffer.asSlice(0, SHORT);
        bytes.set(SHORT, 0, (short) value);
        device.write(region, offset, bytes);
    }

    int read32(int region, long offset) throws IommuException {
        MemorySegment value = buffer.asSlice(0, INT);
        device.read(region, offset, value);
        return value.get(INT, 0);
    }

    void write32(int region, long offset, int value) throws IommuException {
        MemorySegment bytes = buffer.asSlice(0, INT);
        bytes.set(INT, 0, value);
        device.write(region, offset, bytes);
    }

    void write64(int region, long offset, long value) throws IommuException {
        buffer.set(LONG, 0, value);
        device.write(region, offset, buffer);
    }
}

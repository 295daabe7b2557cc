package org.pinion.lab;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pinion.api.IommuException;
import org.pinion.device.cause.DeviceAccess;

/**
 * Registers in one region of a device.
 *
 * @param device the device
 * @param region the region's index
 */
record Registers(DeviceAccess device, int region) {

    int get(long offset) throws IommuException {
        MemorySegment value = MemorySegment.ofArray(new int[1]);
        device.read(region, offset, value);
        return value.get(ValueLayout.JAVA_INT, 0);
    }

    void set(long offset, int value) throws IommuException {
        device.write(region, offset, MemorySegment.ofArray(new int[] {value}));
    }

    void setLong(long offset, long value) throws IommuException {
        device.write(region, offset, MemorySegment.ofArray(new long[] {value}));
    }
}

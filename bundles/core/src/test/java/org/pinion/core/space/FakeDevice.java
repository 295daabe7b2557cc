package org.pinion.core.space;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pinion.api.HostDevice;
import org.pinion.spi.backend.DeviceHandle;

/** A device that answers 42 wherever it is read. */
record FakeDevice(HostDevice device) implements DeviceHandle {

    @Override
    public void read(int region, long offset, MemorySegment into) {
        into.set(ValueLayout.JAVA_BYTE, 0, (byte) 42);
    }

    @Override
    public void write(int region, long offset, MemorySegment from) {
        throw new IllegalStateException("writes nothing");
    }
}

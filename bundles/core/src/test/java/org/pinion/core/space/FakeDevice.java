package org.pinion.core.space;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.pinion.api.HostDevice;
import org.pinion.api.InterruptKind;
import org.pinion.api.IommuException;
import org.pinion.api.RegionFacts;
import org.pinion.spi.backend.Decoding;
import org.pinion.spi.backend.DeviceHandle;

/** A device that answers 42 wherever it is read, and takes its time in one region. */
record FakeDevice(HostDevice device, FakeKernel kernel, CountDownLatch reading, CountDownLatch goOn)
        implements DeviceHandle {

    /** The region whose reading lasts until it is let go on. */
    static final int HOLDS = 9;

    /** The region in which a byte other than 0 turns the device's memory on, and 0 turns it off. */
    static final int COMMAND = 7;

    @Override
    public void read(int region, long offset, MemorySegment into) {
        if (region == HOLDS) {
            hold();
        } else if (region == COMMAND) {
            into.set(ValueLayout.JAVA_SHORT, 0, kernel.allCommands(device.address()).getLast().shortValue());
        } else {
            into.set(ValueLayout.JAVA_BYTE, 0, (byte) 42);
        }
    }

    private void hold() {
        reading.countDown();
        try {
            goOn.await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    @Override
    public void write(int region, long offset, MemorySegment from) {
        if (region != COMMAND) {
            throw new IllegalStateException("writes nothing");
        }
        if (kernel.allCommands(device.address()) == null) {
            kernel.decode(device.address(), from.get(ValueLayout.JAVA_BYTE, 0) != 0);
        } else {
            kernel.allCommands(device.address()).add((int) from.get(ValueLayout.JAVA_SHORT, 0));
        }
    }

    /** A device without a command register has no configuration space. */
    @Override
    public RegionFacts region(int region) throws IommuException {
        if (region != COMMAND || kernel.allCommands(device.address()) == null) {
            return DeviceHandle.super.region(region);
        }
        return new RegionFacts(256, true, true, List.of());
    }

    @Override
    public void allow(InterruptKind kind, int count) {
        // They never come.
    }

    @Override
    public void reset() {
        kernel.decode(device.address(), false);
        kernel.decode(device.address(), true);
        if (kernel.resetsFail()) {
            throw new IllegalStateException("told to fail");
        }
    }

    @Override
    public Decoding decoding() {
        return kernel.decoding(device.address());
    }
}

package org.example.vhostvdpa;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.api.RegionFacts;
import org.pinion.api.driver.DmaEngine;
import org.pinion.linux.ErrnoException;
import org.pinion.spi.backend.DeviceHandle;

/** An attached device. It has one region, number 0: its virtio configuration space. */
final class OpenDevice implements DeviceHandle {

    private static final int CONFIG = 0;

    private final VdpaDevice device;

    OpenDevice(VdpaDevice device) {
        this.device = device;
    }

    @Override
    public HostDevice device() {
        return device.host();
    }

    @Override
    public void read(int region, long offset, MemorySegment into) throws IommuException {
        config(false, "read", region, offset, into);
    }

    @Override
    public void write(int region, long offset, MemorySegment from) throws IommuException {
        config(true, "write", region, offset, from);
    }

    @Override
    public RegionFacts region(int region) throws IommuException {
        String operation = "ask about region %d of %s".formatted(region, device.name());
        requireConfig(operation, region);
        try {
            return new RegionFacts(Integer.toUnsignedLong(device.node().configSize()), true, true, List.of());
        } catch (ErrnoException failure) {
            throw Cause.unknown(failure).failing(operation, null, failure);
        }
    }

    private void requireOpen(String operation) throws IommuException {
        if (device.ended()) {
            throw new IommuException(operation, "it is not attached any more", "attach it");
        }
    }

    private void requireConfig(String operation, int region) throws IommuException {
        requireOpen(operation);
        if (region != CONFIG) {
            throw new IommuException(
                    operation, "a vdpa device has one region, number 0, its virtio configuration space", "");
        }
    }

    private void config(boolean write, String verb, int region, long offset, MemorySegment bytes)
            throws IommuException {
        String operation = "%s %d bytes of region %d of %s at 0x%x"
                .formatted(verb, bytes.byteSize(), region, device.name(), offset);
        requireConfig(operation, region);
        if (offset < 0 || offset > Integer.MAX_VALUE || bytes.byteSize() > Integer.MAX_VALUE - offset) {
            throw new IommuException(operation, "no configuration space is that long", "");
        }
        try {
            device.node().config(write, offset, bytes);
        } catch (ErrnoException failure) {
            Cause cause = switch (failure.errno()) {
                case EINVAL, E2BIG -> new Cause("the configuration space ends before that", "");
                default -> Cause.unknown(failure);
            };
            throw cause.failing(operation, null, failure);
        }
    }

    @Override
    public void reset() throws IommuException {
        String operation = "reset " + device.name();
        requireOpen(operation);
        try {
            device.reset();
        } catch (ErrnoException failure) {
            throw Cause.unknown(failure).failing(operation, null, failure);
        }
    }

    @Override
    public Optional<DmaEngine> dmaEngine(Duration deadline) throws IommuException {
        requireOpen("drive " + device.name());
        return device.learned().kind() == Vhost.ID_BLOCK
                ? BlockEngine.open(device, deadline).map(engine -> engine)
                : Optional.empty();
    }
}

package org.pinion.backend.iommufd;

import java.lang.foreign.MemorySegment;
import org.pinion.api.DeviceLimits;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.device.MemoryDecoding;
import org.pinion.device.cause.RegionAccess;
import org.pinion.linux.ErrnoException;
import org.pinion.spi.backend.Decoding;
import org.pinion.spi.backend.DeviceHandle;

/**
 * A device that a session has open. Its regions may be read and written from any thread.
 *
 * @param device which device it is
 * @param bound the device, bound to the session's iommufd
 * @param limits what it allows
 */
record OpenDevice(HostDevice device, BoundDevice bound, DeviceLimits limits) implements DeviceHandle {

    @Override
    public void read(int region, long offset, MemorySegment into) throws IommuException {
        regions().read(region, offset, into);
    }

    @Override
    public void write(int region, long offset, MemorySegment from) throws IommuException {
        regions().write(region, offset, from);
    }

    @Override
    public void reset() throws IommuException {
        try {
            bound.vfio().reset();
        } catch (ErrnoException failure) {
            throw ResetCauses.of(failure).failing("reset " + device.address(), failure);
        }
    }

    @Override
    public Decoding decoding() {
        MemoryDecoding decoding = bound.vfio().decoding();
        return new Decoding(decoding.on(), decoding.interruptions());
    }

    private RegionAccess regions() {
        return new RegionAccess(bound.vfio(), device.address());
    }
}

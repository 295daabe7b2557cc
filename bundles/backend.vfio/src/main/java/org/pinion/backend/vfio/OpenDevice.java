package org.pinion.backend.vfio;

import java.lang.foreign.MemorySegment;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.device.VfioDevice;
import org.pinion.device.cause.RegionAccess;
import org.pinion.spi.backend.DeviceHandle;

/**
 * An attached device. Its regions may be read and written from any thread.
 *
 * @param device which device it is
 * @param vfio the device, open
 */
record OpenDevice(HostDevice device, VfioDevice vfio) implements DeviceHandle {

    @Override
    public void read(int region, long offset, MemorySegment into) throws IommuException {
        regions().read(region, offset, into);
    }

    @Override
    public void write(int region, long offset, MemorySegment from) throws IommuException {
        regions().write(region, offset, from);
    }

    boolean isOpen() {
        return vfio.fd() >= 0;
    }

    private RegionAccess regions() {
        return new RegionAccess(vfio, device.address());
    }
}

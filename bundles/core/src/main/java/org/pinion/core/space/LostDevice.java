package org.pinion.core.space;

import java.lang.foreign.MemorySegment;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.spi.backend.DeviceHandle;

/**
 * Stands in for a device that was taken out of a session and did not let itself be brought back.
 *
 * @param device which device
 * @param why what failed, for people
 */
record LostDevice(HostDevice device, String why) implements DeviceHandle {

    private IommuException lost(String operation) {
        return new IommuException(
                operation + " of " + device.address(),
                "the device could not be brought back: " + why,
                "commit again, which attaches it, or detach it");
    }

    @Override
    public void read(int region, long offset, MemorySegment into) throws IommuException {
        throw lost("read region " + region);
    }

    @Override
    public void write(int region, long offset, MemorySegment from) throws IommuException {
        throw lost("write region " + region);
    }
}

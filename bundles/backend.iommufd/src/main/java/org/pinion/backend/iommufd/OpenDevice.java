package org.pinion.backend.iommufd;

import java.lang.foreign.MemorySegment;
import java.io.IOException;
import org.pinion.api.DeviceLimits;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.device.MemoryDecoding;
import org.pinion.device.RegionAccessException;
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
        try {
            bound.vfio().read(region, offset, into);
        } catch (IOException failure) {
            throw failed("read", region, offset, into.byteSize(), failure);
        }
    }

    @Override
    public void write(int region, long offset, MemorySegment from) throws IommuException {
        try {
            bound.vfio().write(region, offset, from);
        } catch (IOException failure) {
            throw failed("write", region, offset, from.byteSize(), failure);
        }
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

    private IommuException failed(String verb, int region, long offset, long size, IOException failure) {
        String operation = "%s 0x%x bytes at 0x%x of region %d of %s"
                .formatted(verb, size, offset, region, device.address());
        return switch (failure) {
            case ErrnoException answer -> RegionCauses.of(answer).failing(operation, answer);
            case RegionAccessException access -> new IommuException(operation, null, null, access.why(), "", access);
            default -> new IommuException(operation, null, null, failure.getMessage(), "", failure);
        };
    }
}

package org.pinion.device.cause;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.pinion.api.IommuException;
import org.pinion.device.RegionAccessException;
import org.pinion.device.VfioDevice;
import org.pinion.linux.ErrnoException;

/**
 * Reads and writes a device's regions for its driver, and resets it, with the meaning of {@link
 * org.pinion.api.AttachedDevice}; what fails is told with its cause. May be used from any thread.
 *
 * @param vfio the open device
 * @param address the device's address, for messages
 */
public record DeviceAccess(VfioDevice vfio, String address) {

    /**
     * @param region the region's index
     * @param offset where in the region, bytes
     * @param into takes the bytes
     * @throws IommuException if the region or the offset does not exist or the device does not answer
     */
    public void read(int region, long offset, MemorySegment into) throws IommuException {
        try {
            vfio.read(region, offset, into);
        } catch (IOException failure) {
            throw failed("read", region, offset, into.byteSize(), failure);
        }
    }

    /**
     * @param region the region's index
     * @param offset where in the region, bytes
     * @param from the bytes
     * @throws IommuException if the region or the offset does not exist or the device does not answer
     */
    public void write(int region, long offset, MemorySegment from) throws IommuException {
        try {
            vfio.write(region, offset, from);
        } catch (IOException failure) {
            throw failed("write", region, offset, from.byteSize(), failure);
        }
    }

    /**
     * Resets the device.
     *
     * @throws IommuException if the device cannot be reset
     */
    public void reset() throws IommuException {
        try {
            vfio.reset();
        } catch (ErrnoException failure) {
            throw ResetCauses.of(failure).failing("reset " + address, failure);
        }
    }

    private IommuException failed(String verb, int region, long offset, long size, IOException failure) {
        String operation = "%s 0x%x bytes at 0x%x of region %d of %s".formatted(verb, size, offset, region, address);
        return switch (failure) {
            case ErrnoException answer -> RegionCauses.of(answer).failing(operation, answer);
            case RegionAccessException access -> new IommuException(operation, null, null, access.why(), "", access);
            default -> new IommuException(operation, null, null, failure.getMessage(), "", failure);
        };
    }
}

package org.pinion.device;

import java.io.IOException;

/**
 * A region of a VFIO device, as {@code VFIO_DEVICE_GET_REGION_INFO} tells ({@code struct vfio_region_info}).
 *
 * @param index which region: 0 to 5 are BARs, 7 is PCI configuration space
 * @param size bytes, unsigned; 0 if the device does not have the region
 * @param fileOffset where the region begins in the device's file
 * @param readable whether it can be read
 * @param writable whether it can be written
 */
public record DeviceRegion(int index, long size, long fileOffset, boolean readable, boolean writable) {

    /**
     * Checks that an access stays inside the region.
     *
     * @param offset where in the region, bytes
     * @param length bytes
     * @return where in the device's file the access begins
     * @throws IOException if a byte of it is outside
     */
    long locate(long offset, long length) throws IOException {
        boolean inside = Long.compareUnsigned(length, size) <= 0
                && Long.compareUnsigned(offset, size - length) <= 0;
        if (!inside) {
            throw new IOException(size == 0
                    ? "the device has no region " + index
                    : "0x%x bytes at 0x%x are outside region %d, which has 0x%x bytes"
                            .formatted(length, offset, index, size));
        }
        return fileOffset + offset;
    }
}

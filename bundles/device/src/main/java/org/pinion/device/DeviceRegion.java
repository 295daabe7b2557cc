package org.pinion.device;

import java.util.List;

/**
 * A region of a VFIO device, as {@code VFIO_DEVICE_GET_REGION_INFO} tells ({@code struct vfio_region_info}).
 *
 * @param index which region: 0 to 5 are BARs, 7 is PCI configuration space
 * @param size bytes, unsigned; 0 if the device does not have the region
 * @param fileOffset where the region begins in the device's file
 * @param readable whether it can be read
 * @param writable whether it can be written
 * @param mappable what of it a process may map, in order: nothing, all of it, or the areas that the kernel lists
 *     around what it keeps for itself, such as an MSI-X table
 * @param msixMappable whether an MSI-X table in the region may be mapped too: interrupt remapping makes that harmless
 */
public record DeviceRegion(
        int index,
        long size,
        long fileOffset,
        boolean readable,
        boolean writable,
        List<RegionArea> mappable,
        boolean msixMappable) {

    /** Copies the list. */
    public DeviceRegion {
        mappable = List.copyOf(mappable);
    }

    /**
     * Whether an access stays inside the region.
     *
     * @param offset where in the region, bytes
     * @param length bytes
     * @return whether every byte of it is inside
     */
    boolean contains(long offset, long length) {
        return Long.compareUnsigned(length, size) <= 0 && Long.compareUnsigned(offset, size - length) <= 0;
    }
}

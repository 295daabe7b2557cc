package org.pinion.api;

import java.util.List;

/**
 * A region of a device, as {@code VFIO_DEVICE_GET_REGION_INFO} tells.
 *
 * @param size bytes, unsigned; 0 if the device does not have the region
 * @param readable whether it can be read
 * @param writable whether it can be written
 * @param mappable which offsets in it a process may map, in order: none, all, or those around what the kernel keeps
 *     for itself, such as an MSI-X table
 */
public record RegionFacts(long size, boolean readable, boolean writable, List<AddressRange> mappable) {

    /** Copies the list. */
    public RegionFacts {
        mappable = List.copyOf(mappable);
    }
}

package org.pinion.api;

import java.util.List;
import java.util.Objects;

/**
 * What one device allows of an IO address space.
 *
 * @param device the device's address
 * @param usable the IO virtual addresses it can use: inside the aperture of its IOMMU, outside its reserved regions
 * @param alignment bytes, a power of two: the start, the end and the backing of a mapping must be multiples
 * @param reserved the reserved regions that explain holes in {@code usable}; a hint, it may lack some
 */
public record DeviceLimits(String device, RangeSet usable, long alignment, List<ReservedRegion> reserved) {

    /** Checks that nothing is null. */
    public DeviceLimits {
        Objects.requireNonNull(device, "device");
        Objects.requireNonNull(usable, "usable");
        reserved = List.copyOf(reserved);
    }
}

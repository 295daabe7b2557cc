package org.pinion.linux.sysfs;

import java.util.List;

/**
 * An IOMMU group: devices that the IOMMU cannot tell apart.
 *
 * @param number the group's number
 * @param devices addresses of its devices, sorted
 * @param reserved what none of them can use, in the kernel's order. It lacks the aperture and the alignment, which only
 *     an attached address space tells
 */
public record IommuGroup(int number, List<String> devices, List<ReservedIovas> reserved) {

    /** Copies the lists. */
    public IommuGroup {
        devices = List.copyOf(devices);
        reserved = List.copyOf(reserved);
    }
}

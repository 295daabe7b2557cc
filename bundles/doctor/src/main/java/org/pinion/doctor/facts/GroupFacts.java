package org.pinion.doctor.facts;

import java.util.List;
import java.util.Optional;
import org.pinion.linux.sysfs.ReservedIovas;

/**
 * An IOMMU group.
 *
 * @param number its number
 * @param members addresses of its devices, sorted
 * @param reserved the addresses that they cannot use
 * @param translated whether an IOMMU is behind it; a mediated device's group has none, nor one without an IOMMU
 * @param node what came of opening its file in {@code /dev/vfio}; empty if it has none
 */
public record GroupFacts(
        int number,
        List<String> members,
        List<ReservedIovas> reserved,
        boolean translated,
        Optional<NodeAccess> node) {

    /** Copies the lists. */
    public GroupFacts {
        members = List.copyOf(members);
        reserved = List.copyOf(reserved);
    }

    /** {@return the file that tells the reserved addresses} */
    public String reservedFile() {
        return "/sys/kernel/iommu_groups/" + number + "/reserved_regions";
    }
}

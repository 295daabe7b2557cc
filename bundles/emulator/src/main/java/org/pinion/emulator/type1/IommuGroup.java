package org.pinion.emulator.type1;

import java.util.List;
import org.pinion.emulator.host.HostDevice;
import org.pinion.emulator.host.IommuGeometry;
import org.pinion.emulator.host.ReservedRegion;

/**
 * What a container has to know of an IOMMU group.
 *
 * @param number its number
 * @param emulated whether it is that of an mdev: no IOMMU is in front of it
 * @param geometry what its IOMMU translates; means nothing if it is emulated
 * @param reserved what its devices cannot use, all of them together, whoever drives them
 * @param unsafeInterrupts whether interrupts of one of them are not isolated
 */
public record IommuGroup(int number, boolean emulated, IommuGeometry geometry, List<ReservedRegion> reserved,
        boolean unsafeInterrupts) {

    /**
     * @param number a group's number
     * @param devices its devices, at least one
     * @return the group
     */
    public static IommuGroup of(int number, List<HostDevice> devices) {
        HostDevice first = devices.getFirst();
        List<ReservedRegion> reserved =
                devices.stream().flatMap(device -> device.reserved().stream()).distinct().toList();
        return new IommuGroup(number, !first.model().pci(), first.iommu(), reserved,
                devices.stream().anyMatch(HostDevice::unsafeInterrupts));
    }
}

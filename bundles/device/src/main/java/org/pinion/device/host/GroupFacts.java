package org.pinion.device.host;

import java.util.List;
import java.util.Set;
import org.pinion.api.ReservedRegion;
import org.pinion.device.cause.DriverCauses;

/**
 * What {@code /sys} and {@code /proc} tell about a device that the kernel did not give away.
 *
 * @param device the device's address
 * @param group its IOMMU group's number, -1 if it has none
 * @param members the other devices of the group, with their drivers
 * @param reserved the group's reserved regions
 * @param unsafeInterrupts whether the kernel was told to accept interrupts that are not isolated
 * @param holders who else has the device open, in words; empty if nobody is seen
 */
public record GroupFacts(
        String device,
        int group,
        List<Member> members,
        List<ReservedRegion> reserved,
        boolean unsafeInterrupts,
        String holders) {

    /** Copies the lists. */
    public GroupFacts {
        members = List.copyOf(members);
        reserved = List.copyOf(reserved);
    }

    /**
     * A device of a group.
     *
     * @param address its address
     * @param driver its driver, empty if none
     */
    public record Member(String address, String driver) {

        // Drivers that do no DMA of their own (driver_managed_dma).
        private static final Set<String> HARMLESS = Set.of("pci-stub", "pcieport");

        /** {@return whether its driver may do DMA for the host, which keeps the whole group from being given away} */
        public boolean usedByHost() {
            return !driver.isEmpty() && !DriverCauses.ofVfio(driver) && !HARMLESS.contains(driver);
        }
    }
}

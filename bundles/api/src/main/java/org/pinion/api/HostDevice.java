package org.pinion.api;

import java.util.Objects;

/**
 * A device of this host that a backend could attach.
 *
 * @param address its address: {@code 0000:00:10.0} for a PCI function, a UUID for an mdev
 * @param description what it is, for people, such as {@code 1234:11e8 edu}
 * @param group its IOMMU group's number, -1 if it has none
 * @param driver the driver bound to it, empty if none
 * @param emulatedIommu whether its DMA goes through the driver, not through an IOMMU (an mdev)
 */
public record HostDevice(String address, String description, int group, String driver, boolean emulatedIommu) {

    /** Checks that nothing is null. */
    public HostDevice {
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(description, "description");
        Objects.requireNonNull(driver, "driver");
    }
}

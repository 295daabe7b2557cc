package org.pinion.doctor.facts;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * A device.
 *
 * @param address its PCI address, or the UUID of a mediated device
 * @param description what it is, such as {@code 8086:10fb}
 * @param classCode a PCI function's class, 24 bits; 0 for a mediated device
 * @param driver the driver bound to it
 * @param group its IOMMU group
 * @param cdev what came of opening its VFIO character device; empty if it has none
 * @param mediated whether its driver carries out its DMA, not an IOMMU
 */
public record DeviceFacts(
        String address,
        String description,
        int classCode,
        Optional<String> driver,
        OptionalInt group,
        Optional<NodeAccess> cdev,
        boolean mediated) {

    private static final int BRIDGE = 0x06;

    /** {@return whether it is a PCI bridge, which VFIO does not take} */
    public boolean bridge() {
        return classCode >>> 16 == BRIDGE;
    }

    /** {@return whether a driver of VFIO has it} */
    public boolean boundToVfio() {
        return cdev.isPresent() || driver.filter(name -> name.contains("vfio")).isPresent();
    }
}

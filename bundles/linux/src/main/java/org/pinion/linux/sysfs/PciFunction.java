package org.pinion.linux.sysfs;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A PCI function, as {@code /sys/bus/pci/devices/ADDRESS} shows it.
 *
 * @param address domain, bus, device and function, such as {@code 0000:00:10.0}
 * @param vendor the vendor's id, 16 bits
 * @param device the device's id, 16 bits
 * @param classCode base class, subclass and programming interface, 24 bits
 * @param driver the driver bound to it
 * @param group its IOMMU group
 * @param characterDevice the file that opens it through VFIO, such as {@code /dev/vfio/devices/vfio0}
 */
public record PciFunction(
        String address,
        int vendor,
        int device,
        int classCode,
        Optional<String> driver,
        OptionalInt group,
        Optional<String> characterDevice) {

    /** Checks that nothing is null. */
    public PciFunction {
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(driver, "driver");
        Objects.requireNonNull(group, "group");
        Objects.requireNonNull(characterDevice, "characterDevice");
    }
}

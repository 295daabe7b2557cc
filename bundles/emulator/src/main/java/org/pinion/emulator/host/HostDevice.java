package org.pinion.emulator.host;

import java.util.List;
import java.util.Objects;

/**
 * A device of the emulated machine.
 *
 * @param address {@code 0000:00:10.0} for a PCI function, a UUID for an mdev
 * @param model what it does
 * @param group its IOMMU group's number
 * @param driver the driver bound to it, empty if none
 * @param iommu what its IOMMU can translate; means nothing for an mdev
 * @param reserved what it cannot use; empty for an mdev
 * @param unsafeInterrupts whether its interrupts are not isolated and the administrator has not allowed that
 */
public record HostDevice(String address, DeviceModel model, int group, String driver, IommuGeometry iommu,
        List<ReservedRegion> reserved, boolean unsafeInterrupts) {

    /** Checks that nothing is null. */
    public HostDevice {
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(driver, "driver");
        Objects.requireNonNull(iommu, "iommu");
        reserved = List.copyOf(reserved);
    }

    /** {@return whether VFIO has it, so that there is a character device for it} */
    public boolean vfio() {
        return model == DeviceModel.MTTY || driver.equals("vfio-pci");
    }
}

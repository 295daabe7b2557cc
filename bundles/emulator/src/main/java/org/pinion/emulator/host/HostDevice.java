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
 * @param resets whether it has a reset of its own, as a function level reset
 */
public record HostDevice(String address, DeviceModel model, int group, String driver, IommuGeometry iommu,
        List<ReservedRegion> reserved, boolean unsafeInterrupts, boolean resets) {

    /** Checks that nothing is null. */
    public HostDevice {
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(driver, "driver");
        Objects.requireNonNull(iommu, "iommu");
        reserved = List.copyOf(reserved);
    }

    /**
     * A PCI function without a reset of its own, as QEMU's {@code edu} and {@code ivshmem}; or an mdev, which has one.
     *
     * @param address {@code 0000:00:10.0} for a PCI function, a UUID for an mdev
     * @param model what it does
     * @param group its IOMMU group's number
     * @param driver the driver bound to it, empty if none
     * @param iommu what its IOMMU can translate
     * @param reserved what it cannot use
     * @param unsafeInterrupts whether its interrupts are not isolated and the administrator has not allowed that
     */
    public HostDevice(String address, DeviceModel model, int group, String driver, IommuGeometry iommu,
            List<ReservedRegion> reserved, boolean unsafeInterrupts) {
        this(address, model, group, driver, iommu, reserved, unsafeInterrupts, !model.pci());
    }

    /** {@return whether it says that it can be reset, which the driver of the serial port keeps to itself} */
    public boolean tellsReset() {
        return resets && model.pci();
    }

    /** {@return whether VFIO has it, so that there is a character device for it} */
    public boolean vfio() {
        return model == DeviceModel.MTTY || driver.equals("vfio-pci");
    }
}

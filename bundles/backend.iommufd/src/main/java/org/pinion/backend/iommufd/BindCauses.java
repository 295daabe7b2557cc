package org.pinion.backend.iommufd;

import org.pinion.device.cause.Cause;
import org.pinion.device.cause.FileCauses;
import org.pinion.device.cause.GroupCauses;
import org.pinion.device.host.GroupFacts;
import org.pinion.linux.ErrnoException;

/**
 * Why a device was not bound to an iommufd, in words: {@code iommufd_device_bind} in drivers/iommu/iommufd/device.c and
 * {@code vfio_df_ioctl_bind_iommufd} in drivers/vfio/device_cdev.c.
 */
final class BindCauses {

    static final String UNSAFE_INTERRUPTS = "/sys/module/iommufd/parameters/allow_unsafe_interrupts";

    private final GroupFacts facts;
    private final GroupCauses group;

    /**
     * @param facts what is known about the device
     */
    BindCauses(GroupFacts facts) {
        this.facts = facts;
        this.group = new GroupCauses(facts);
    }

    /**
     * @param failure the kernel's answer
     * @return the cause
     */
    Cause of(ErrnoException failure) {
        return switch (failure.errno()) {
            case EPERM -> notOwned();
            case EINVAL -> notSafe();
            case EBUSY ->
                new Cause(
                        "the device is open through its VFIO group, /dev/vfio/" + facts.group() + group.held(),
                        "stop the program that uses the group");
            case ENODEV ->
                new Cause(
                        facts.group() < 0
                                ? "the device has no IOMMU group: no IOMMU stands before it"
                                : "the device is going away",
                        "enable the IOMMU in the firmware and on the kernel's command line (intel_iommu=on)");
            case ENOTTY ->
                new Cause(
                        "the kernel has no VFIO device cdev",
                        "use a kernel with CONFIG_VFIO_DEVICE_CDEV (6.6 and later)");
            case ENOMEM -> FileCauses.noMemory();
            case EIO -> new Cause("the device did not come up", "look into the kernel's log (dmesg), reset the device");
            default -> Cause.unknown(failure);
        };
    }

    private Cause notOwned() {
        return group.usedByHost().orElseGet(() -> group.ownedOrNotIsolated(UNSAFE_INTERRUPTS));
    }

    private Cause notSafe() {
        if (!facts.holders().isEmpty()) {
            return new Cause(
                    "the device is open already" + group.held(), "stop that program, or detach the device there");
        }
        return group.usedByFirmware()
                .orElseGet(() -> new Cause(
                        "its DMA is not coherent with the CPU's caches, or the device is open already",
                        "take a device behind an IOMMU with cache coherency, or stop the program that uses this one"));
    }
}

package org.pinion.backend.iommufd;

import java.util.List;
import java.util.stream.Collectors;
import org.pinion.api.ReservedRegion;
import org.pinion.linux.ErrnoException;

/**
 * Why a device was not bound to an iommufd, in words: {@code iommufd_device_bind} in drivers/iommu/iommufd/device.c and
 * {@code vfio_df_ioctl_bind_iommufd} in drivers/vfio/device_cdev.c.
 */
final class BindCauses {

    static final String UNSAFE_INTERRUPTS = "/sys/module/iommufd/parameters/allow_unsafe_interrupts";

    private final GroupFacts facts;

    /**
     * @param facts what is known about the device
     */
    BindCauses(GroupFacts facts) {
        this.facts = facts;
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
                        "the device is open through its VFIO group, /dev/vfio/" + facts.group() + held(),
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
            case ENOMEM -> new Cause("the kernel has no memory for it", "free some memory");
            case EIO -> new Cause("the device did not come up", "look into the kernel's log (dmesg), reset the device");
            default -> Cause.unknown(failure);
        };
    }

    private Cause notOwned() {
        List<GroupFacts.Member> host =
                facts.members().stream().filter(GroupFacts.Member::usedByHost).toList();
        if (!host.isEmpty()) {
            return new Cause(
                    group() + " is in use by the host: "
                            + host.stream()
                                    .map(member -> member.address() + " has driver " + member.driver())
                                    .collect(Collectors.joining(", ")),
                    "bind every device of the group to vfio-pci, or unbind it");
        }
        String owned = group() + " belongs to another user of VFIO (another address space or process)";
        return facts.unsafeInterrupts()
                ? new Cause(owned + held(), "detach the group's devices there, or attach them all to one address space")
                : new Cause(
                        "the platform does not isolate the device's interrupts, or " + owned + held(),
                        "if nobody else uses the group and its devices are trusted: echo Y > " + UNSAFE_INTERRUPTS);
    }

    private Cause notSafe() {
        List<ReservedRegion> direct = facts.reserved().stream()
                .filter(region -> region.type().equals("direct"))
                .toList();
        if (!facts.holders().isEmpty()) {
            return new Cause("the device is open already" + held(), "stop that program, or detach the device there");
        }
        if (!direct.isEmpty()) {
            return new Cause(
                    "the firmware itself uses the device at "
                            + direct.stream()
                                    .map(region -> region.range().toString())
                                    .collect(Collectors.joining(", "))
                            + " (reserved region of type direct, an RMRR), so it cannot be given away",
                    "switch that use off in the firmware's setup, or take another device");
        }
        return new Cause(
                "its DMA is not coherent with the CPU's caches, or the device is open already",
                "take a device behind an IOMMU with cache coherency, or stop the program that uses this one");
    }

    private String group() {
        return "IOMMU group " + facts.group() + " of " + facts.device();
    }

    private String held() {
        return facts.holders().isEmpty() ? "" : ", by " + facts.holders();
    }
}

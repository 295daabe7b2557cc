package org.pinion.backend.vfio;

import java.util.List;
import java.util.Optional;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.device.cause.Cause;
import org.pinion.device.cause.GroupCauses;
import org.pinion.device.cause.MappingCauses;
import org.pinion.device.host.GroupFacts;
import org.pinion.device.host.PinningFacts;
import org.pinion.linux.ErrnoException;

/**
 * Why a group was not let into a container, or a device of it not opened there, in words: {@code
 * vfio_group_ioctl_set_container} in drivers/vfio/group.c and {@code vfio_iommu_type1_attach_group} in
 * vfio_iommu_type1.c.
 *
 * @param facts what is known about the device and its group
 * @param content what the group meets in the container
 * @param iommufd whether iommufd serves the container
 * @param pinning tells the limit on locked memory
 */
record JoinCauses(GroupFacts facts, Content content, boolean iommufd, PinningFacts pinning) {

    /**
     * What a group meets in a container.
     *
     * @param usable what the group lets be mapped; empty if not known yet
     * @param mappings what is mapped
     * @param bytes how much that is
     */
    record Content(Optional<RangeSet> usable, Iterable<Mapping> mappings, long bytes) {

        static final Content NOTHING = new Content(Optional.empty(), List.of(), 0);

        /** {@return the first mapping that the group cannot use} */
        Optional<Mapping> conflict() {
            for (Mapping mapping : mappings) {
                if (usable.isPresent() && !usable.get().contains(mapping.range())) {
                    return Optional.of(mapping);
                }
            }
            return Optional.empty();
        }
    }

    /**
     * @param iommufd whether iommufd serves the container
     * @return the module's parameter that accepts interrupts that are not isolated
     */
    static String unsafeInterrupts(boolean iommufd) {
        return "/sys/module/" + (iommufd ? "iommufd" : "vfio_iommu_type1") + "/parameters/allow_unsafe_interrupts";
    }

    /**
     * @param failure the kernel's answer
     * @return the cause
     */
    Cause of(ErrnoException failure) {
        GroupCauses group = new GroupCauses(facts);
        return switch (failure.errno()) {
            case EPERM -> group.usedByHost().orElseGet(() -> group.ownedOrNotIsolated(unsafeInterrupts(iommufd)));
            case EINVAL, EADDRINUSE -> content.conflict().map(this::conflict).orElseGet(() -> unfit(group));
            case EBUSY ->
                new Cause(
                        group.group() + " has a DMA set-up of its own, or memory of the container is being handed"
                                + " to another process" + group.held(),
                        "stop the program that uses the group, then attach again");
            case EFAULT ->
                new Cause(
                        "memory that was mapped while no device behind an IOMMU was attached cannot be pinned:"
                                + " a hole, read-only memory mapped for writing, or a device's memory that is disabled",
                        "unmap it first");
            case ENOMEM -> MappingCauses.noMemory(content.bytes(), pinning);
            case ENODEV -> new Cause("the device is going away, or its driver is not one of VFIO", "bind it again");
            case EIO -> new Cause("the device did not come up", "look into the kernel's log (dmesg), reset the device");
            case ENOTTY ->
                new Cause("the kernel has no VFIO groups", "use backend iommufd, or a kernel with CONFIG_VFIO_GROUP");
            default -> Cause.unknown(failure);
        };
    }

    private Cause conflict(Mapping mapping) {
        return new Cause(
                mapping.range() + " is mapped, which " + facts.device() + " cannot use: it can use "
                        + content.usable().orElseThrow(),
                "unmap what it cannot use first");
    }

    private Cause unfit(GroupCauses group) {
        return group.usedByFirmware()
                .orElseGet(() -> new Cause(
                        "the IOMMU of " + group.group() + " does not go with the container: other page sizes than the"
                                + " devices that are in it, or no address that all of them can use",
                        "give it an address space of its own"));
    }
}

package org.pinion.backend.iommufd;

import java.util.Optional;
import org.pinion.api.RangeSet;
import org.pinion.device.cause.Cause;
import org.pinion.device.cause.MappingCauses;
import org.pinion.device.host.PinningFacts;
import org.pinion.linux.ErrnoException;

/**
 * Why a device was not attached to an IOAS, in words: {@code iommufd_device_attach} in
 * drivers/iommu/iommufd/device.c and {@code iopt_table_enforce_dev_resv_regions} in io_pagetable.c.
 *
 * @param device the device's address
 * @param group its IOMMU group's number
 * @param usable the addresses it can use; empty if not known yet
 * @param mappedBytes bytes that are mapped in the IOAS
 * @param pinning tells the limit on locked memory
 */
record AttachCauses(String device, int group, Optional<RangeSet> usable, long mappedBytes, PinningFacts pinning) {

    /**
     * @param failure the kernel's answer
     * @return the cause
     */
    Cause of(ErrnoException failure) {
        return switch (failure.errno()) {
            case EADDRINUSE ->
                new Cause(
                        "something is mapped at addresses that are reserved by " + device
                                + ", outside its aperture, or less aligned than its IOMMU's pages"
                                + usable.map(ranges -> "; it can use " + ranges).orElse("")
                                + ", or less than that since it was asked",
                        "unmap what it cannot use first, or release the device and learn its limits again");
            case EINVAL ->
                new Cause(
                        "another device of IOMMU group " + group + " is attached elsewhere, or the IOMMU's"
                                + " pages are larger than the host's",
                        "attach all devices of the group to the same address space");
            case EFAULT ->
                new Cause(
                        "memory that was mapped while no device behind an IOMMU was attached cannot be pinned:"
                                + " a device's memory, a hole, or read-only memory mapped for writing",
                        "unmap it first");
            case ENOMEM -> MappingCauses.noMemory(mappedBytes, pinning);
            case EBUSY -> new Cause("the device is being attached or reset elsewhere", "try again");
            case EPERM ->
                new Cause(
                        "the IOMMU does not isolate the device's interrupts",
                        "echo Y > " + BindCauses.UNSAFE_INTERRUPTS);
            case ENODEV -> new Cause("the device is going away", "release it");
            case ENOENT -> new Cause("the kernel no longer has the address space", "open it again");
            default -> Cause.unknown(failure);
        };
    }
}

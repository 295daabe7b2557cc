package org.pinion.backend.iommufd;

import org.pinion.api.AddressRange;
import org.pinion.api.IommuException;
import org.pinion.linux.ErrnoException;

/** Why a mapping was not removed, in words: {@code iopt_unmap_iova_range} in drivers/iommu/iommufd/io_pagetable.c. */
final class UnmapCauses {

    private static final String OUTSIDER = "commit again; if it stays, close the address space and open it anew";

    private UnmapCauses() {}

    /**
     * @param range what was to be removed
     * @param failure the kernel's answer
     * @return the cause
     */
    static Cause of(AddressRange range, ErrnoException failure) {
        return switch (failure.errno()) {
            case ENOENT ->
                new Cause("the kernel has nothing mapped at " + range + ", or a mapping that reaches out of"
                        + " it", OUTSIDER);
            case EBUSY ->
                new Cause("the mapping is still being made, or a hardware queue of a device lies in it", "stop"
                        + " the device first");
            case EDEADLOCK ->
                new Cause("the driver of an mdev does not let go of its pages", "stop the mdev's user, or"
                        + " remove the mdev");
            default -> Cause.unknown(failure);
        };
    }

    /**
     * @param operation what was tried
     * @param range what was to be removed
     * @param removed bytes that the kernel says it removed
     * @return the exception that tells it
     */
    static IommuException tooShort(String operation, AddressRange range, long removed) {
        return new IommuException(
                operation,
                null,
                range,
                "the kernel removed 0x%x bytes of 0x%x: only part of it was mapped".formatted(removed, range.size()),
                OUTSIDER,
                null);
    }
}

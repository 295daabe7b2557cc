package org.pinion.backend.iommufd;

import org.pinion.api.AddressRange;
import org.pinion.device.cause.Cause;
import org.pinion.device.cause.MappingCauses;
import org.pinion.linux.ErrnoException;

/** Why a mapping was not removed, in words: {@code iopt_unmap_iova_range} in drivers/iommu/iommufd/io_pagetable.c. */
final class UnmapCauses {

    private UnmapCauses() {}

    /**
     * @param range what was to be removed
     * @param failure the kernel's answer
     * @return the cause
     */
    static Cause of(AddressRange range, ErrnoException failure) {
        return switch (failure.errno()) {
            case ENOENT -> MappingCauses.absent(range);
            case EBUSY ->
                new Cause("the mapping is still being made, or a hardware queue of a device lies in it", "stop"
                        + " the device first");
            case EDEADLOCK ->
                new Cause("the driver of an mdev does not let go of its pages", "stop the mdev's user, or"
                        + " remove the mdev");
            default -> Cause.unknown(failure);
        };
    }
}

package org.pinion.backend.vfio;

import org.pinion.api.AddressRange;
import org.pinion.device.cause.Cause;
import org.pinion.device.cause.MappingCauses;
import org.pinion.linux.ErrnoException;

/** Why a mapping was not removed, in words: {@code vfio_dma_do_unmap} in drivers/vfio/vfio_iommu_type1.c. */
final class UnmapCauses {

    private UnmapCauses() {}

    /**
     * @param range what was to be removed
     * @param failure the kernel's answer
     * @return the cause
     */
    static Cause of(AddressRange range, ErrnoException failure) {
        return switch (failure.errno()) {
            // Type1 says EINVAL where the range would cut a mapping, iommufd's compatibility mode ENOENT.
            case EINVAL, ENOENT -> MappingCauses.absent(range);
            case EBUSY -> new Cause("the driver of an mdev does not let go of its pages", "stop the mdev's user");
            case ENOMEM -> new Cause("the kernel has no memory for it", "free some memory");
            default -> Cause.unknown(failure);
        };
    }
}

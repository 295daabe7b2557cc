package org.pinion.backend.vfio;

import org.pinion.device.cause.Cause;
import org.pinion.linux.ErrnoException;

/** Why written pages were not told, in words: {@code vfio_iommu_type1_dirty_pages} in vfio_iommu_type1.c. */
final class TrackingCauses {

    private TrackingCauses() {}

    /**
     * @param failure the kernel's answer
     * @return the cause
     */
    static Cause of(ErrnoException failure) {
        return switch (failure.errno()) {
            case EINVAL ->
                new Cause(
                        "a mapping has more than 2^31 pages, or the devices' page sizes have changed since"
                                + " tracking began",
                        "close the log and open another one");
            case ENOMEM -> new Cause("the kernel has no memory for a bit for every page", "free some memory");
            case ENOTTY -> new Cause("the kernel's containers do not tell what devices write", "use backend iommufd");
            default -> Cause.unknown(failure);
        };
    }
}

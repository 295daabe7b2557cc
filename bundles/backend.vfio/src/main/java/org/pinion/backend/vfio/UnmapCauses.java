package org.pinion.backend.vfio;

import org.pinion.api.AddressRange;
import org.pinion.api.IommuException;
import org.pinion.device.cause.Cause;
import org.pinion.device.cause.FileCauses;
import org.pinion.device.cause.MappingCauses;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;

/** Why a mapping was not removed, in words: {@code vfio_dma_do_unmap} in drivers/vfio/vfio_iommu_type1.c. */
final class UnmapCauses {

    private UnmapCauses() {}

    /**
     * @param operation what was tried
     * @param range what was to be removed
     * @param failure the kernel's answer; nothing was removed
     * @return the exception that tells it
     */
    static IommuException failing(String operation, AddressRange range, ErrnoException failure) {
        // Iommufd's compatibility mode says ENOENT where type1 says EINVAL. Here ENOENT means that nothing is left, so
        // what is still there must not be told by that name.
        String errno = failure.errno() == Errno.ENOENT ? null : failure.errno().name();
        Cause cause = of(range, failure);
        return new IommuException(operation, errno, range, cause.why(), cause.remedy(), failure);
    }

    private static Cause of(AddressRange range, ErrnoException failure) {
        return switch (failure.errno()) {
            case EINVAL, ENOENT ->
                new Cause(
                        "a mapping reaches out of " + range + ", and the kernel removes whole mappings only",
                        MappingCauses.OUTSIDER);
            case EBUSY -> new Cause("the driver of an mdev does not let go of its pages", "stop the mdev's user");
            case ENOMEM -> FileCauses.noMemory();
            default -> Cause.unknown(failure);
        };
    }

    /**
     * The removal of nothing, to which type1 answers with success and 0 bytes, told as iommufd tells it: {@code
     * ENOENT}.
     *
     * @param operation what was tried
     * @param range what was to be removed
     * @return the exception that tells it
     */
    static IommuException absent(String operation, AddressRange range) {
        return new IommuException(
                operation,
                Errno.ENOENT.name(),
                range,
                "the kernel has nothing mapped at " + range,
                MappingCauses.OUTSIDER,
                null);
    }
}

package org.pinion.emulator.host;

import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * What the IOMMU in front of a device can translate ({@code struct iommu_domain_geometry} and {@code pgsize_bitmap}).
 *
 * @param aperture the addresses that it translates
 * @param pageSizes the sizes of its pages, bytes, ascending, at least one; unsigned, as 2^63 may be one
 * @param dirtyTracking whether it can tell which pages devices wrote ({@code IOMMU_CAP_DIRTY_TRACKING})
 * @param mapsWithoutAccess whether its driver takes a mapping that lets devices neither read nor write; a virtio
 *     IOMMU's does
 * @param forcesSnooping whether it makes devices snoop the processors' caches, whatever they ask for
 */
public record IommuGeometry(
        IovaRange aperture,
        List<Long> pageSizes,
        boolean dirtyTracking,
        boolean mapsWithoutAccess,
        boolean forcesSnooping) {

    /** Sorts the page sizes. */
    public IommuGeometry {
        Objects.requireNonNull(aperture, "aperture");
        pageSizes = pageSizes.stream().distinct().sorted(Long::compareUnsigned).toList();
    }

    /**
     * An IOMMU that does not tell what devices wrote, takes no mapping without access and forces nothing.
     *
     * @param aperture the addresses that it translates
     * @param pageSizes the sizes of its pages
     */
    public IommuGeometry(IovaRange aperture, List<Long> pageSizes) {
        this(aperture, pageSizes, false, false, false);
    }

    /**
     * {@return the page sizes that have a bit each}
     *
     * @param bits what {@link #pageSizeBits()} answers
     */
    static List<Long> sizes(long bits) {
        return IntStream.range(0, Long.SIZE).mapToObj(shift -> bits & 1L << shift).filter(size -> size != 0).toList();
    }

    /** {@return the page sizes, a bit for each} */
    public long pageSizeBits() {
        return pageSizes.stream().mapToLong(Long::longValue).sum();
    }

    /** {@return the smallest page, bytes} */
    public long smallestPage() {
        return pageSizes.getFirst();
    }
}

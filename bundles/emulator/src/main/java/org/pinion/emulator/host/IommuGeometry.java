package org.pinion.emulator.host;

import java.util.List;
import java.util.Objects;

/**
 * What the IOMMU in front of a device can translate ({@code struct iommu_domain_geometry} and {@code pgsize_bitmap}).
 *
 * @param aperture the addresses that it translates
 * @param pageSizes the sizes of its pages, bytes, ascending, at least one
 * @param dirtyTracking whether it can tell which pages devices wrote ({@code IOMMU_CAP_DIRTY_TRACKING})
 */
public record IommuGeometry(IovaRange aperture, List<Long> pageSizes, boolean dirtyTracking) {

    /** Sorts the page sizes. */
    public IommuGeometry {
        Objects.requireNonNull(aperture, "aperture");
        pageSizes = pageSizes.stream().distinct().sorted().toList();
    }

    /**
     * An IOMMU that does not tell what devices wrote.
     *
     * @param aperture the addresses that it translates
     * @param pageSizes the sizes of its pages
     */
    public IommuGeometry(IovaRange aperture, List<Long> pageSizes) {
        this(aperture, pageSizes, false);
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

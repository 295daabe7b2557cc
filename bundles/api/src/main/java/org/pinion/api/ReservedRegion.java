package org.pinion.api;

import java.util.Objects;

/**
 * Addresses a device cannot use for DMA, as {@code /sys/kernel/iommu_groups/N/reserved_regions} lists them.
 *
 * @param range the addresses
 * @param type the kernel's word: {@code direct}, {@code direct-relaxable}, {@code reserved}, {@code msi}
 */
public record ReservedRegion(AddressRange range, String type) {

    /** Checks that nothing is null. */
    public ReservedRegion {
        Objects.requireNonNull(range, "range");
        Objects.requireNonNull(type, "type");
    }
}

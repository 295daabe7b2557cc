package org.pinion.linux.sysfs;

import java.util.Objects;

/**
 * IO virtual addresses that a group's devices cannot use for DMA: a line of
 * {@code /sys/kernel/iommu_groups/N/reserved_regions} (drivers/iommu/iommu.c).
 *
 * @param start first address, unsigned
 * @param last last address, unsigned, included
 * @param type the kernel's word: {@code direct}, {@code direct-relaxable}, {@code reserved}, {@code msi}
 */
public record ReservedIovas(long start, long last, String type) {

    /** Checks that nothing is null. */
    public ReservedIovas {
        Objects.requireNonNull(type, "type");
    }
}

package org.pinion.source.qemu;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.pinion.api.SectionKind;
import org.pinion.source.qemu.MemoryTree.View;
import org.pinion.source.qemu.Range.Region;

/**
 * Finds out what the ranges really are that QEMU prints as {@code rom} or {@code i/o}.
 *
 * <p>{@code mtree_print_flatview} prints {@code rom} for every read-only range, even where it shows a ROM device, a
 * device's memory or registers, which QEMU's vfio treats otherwise. The same region shows its own kind wherever it is
 * not read-only, which may be in another view. And it prints {@code i/o} for the window of a virtual IOMMU, which
 * only its name tells.
 */
final class RegionKinds {

    /**
     * If a region shows as several kinds, the later one here is what it is: a ROM device being written shows as i/o.
     */
    private static final List<SectionKind> WEIGHT =
            List.of(SectionKind.MMIO, SectionKind.RAM_DEVICE, SectionKind.ROMD);

    private static final Set<String> IOMMUS =
            Set.of("intel_iommu_dmar", "amd_iommu", "iommu-s390", "iommu-sun4m", "iommu-sun4u", "iommu-typhoon");

    private final Map<Region, SectionKind> readOnly = new HashMap<>();

    RegionKinds(MemoryTree tree, View view) {
        Set<Region> asked = new HashSet<>();
        for (Range range : view.ranges()) {
            if (range.kind() == SectionKind.ROM) {
                asked.add(range.region());
            }
        }
        if (!asked.isEmpty()) {
            tree.views().forEach(other -> learn(asked, other));
        }
    }

    private void learn(Set<Region> asked, View view) {
        for (Range range : view.ranges()) {
            if (WEIGHT.contains(range.kind()) && asked.contains(range.region())) {
                readOnly.merge(range.region(), range.kind(), RegionKinds::heavier);
            }
        }
    }

    private static SectionKind heavier(SectionKind one, SectionKind other) {
        return WEIGHT.indexOf(one) >= WEIGHT.indexOf(other) ? one : other;
    }

    SectionKind of(Range range) {
        SectionKind kind = range.kind() == SectionKind.ROM
                ? readOnly.getOrDefault(range.region(), SectionKind.ROM)
                : range.kind();
        return kind == SectionKind.MMIO && isIommu(range.name()) ? SectionKind.IOMMU : kind;
    }

    /**
     * The names under which QEMU's models register an {@code IOMMUMemoryRegion}: {@code vtd-BB.D-dmar},
     * {@code virtio-iommu-memory-region-N-D}, {@code smmuv3-iommu-memory-region-N-D}, {@code tce-iommu-N},
     * {@code phb4-N.N-iommu} and those without a number.
     */
    static boolean isIommu(String name) {
        return IOMMUS.contains(name)
                || name.startsWith("vtd-") && name.endsWith("-dmar")
                || name.contains("-iommu-memory-region-")
                || name.startsWith("tce-iommu-")
                || name.startsWith("phb") && name.endsWith("-iommu");
    }
}

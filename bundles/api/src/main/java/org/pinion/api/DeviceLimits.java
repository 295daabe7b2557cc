package org.pinion.api;

import java.util.List;
import java.util.Objects;

/**
 * What one device allows of an IO address space.
 *
 * @param device the device's address
 * @param usable the IO virtual addresses it can use: inside the aperture of its IOMMU, outside its reserved regions
 * @param alignment bytes, a power of two: the start, the end and the backing of a mapping must be multiples
 * @param reserved the reserved regions that explain holes in {@code usable}; a hint, it may lack some
 * @param bars what it can hand out of its own BARs for other devices to reach, by number; empty if it has none or
 *     they cannot be asked about
 * @param pageSizes the sizes of pages that mappings can be made of, a bit for each: an address space has those that
 *     all of its devices have
 * @param iommu what the IOMMU before the device says of itself
 */
public record DeviceLimits(
        String device,
        RangeSet usable,
        long alignment,
        List<ReservedRegion> reserved,
        List<BarExport> bars,
        long pageSizes,
        IommuFacts iommu) {

    /** Checks that nothing is null. */
    public DeviceLimits {
        Objects.requireNonNull(device, "device");
        Objects.requireNonNull(usable, "usable");
        reserved = List.copyOf(reserved);
        bars = List.copyOf(bars);
        Objects.requireNonNull(iommu, "iommu");
    }

    /**
     * The limits of a device with an IOMMU that says nothing of itself, and has pages of every size from the alignment
     * up.
     *
     * @param device the device's address
     * @param usable the IO virtual addresses it can use
     * @param alignment bytes, a power of two
     * @param reserved the reserved regions that explain holes in {@code usable}
     * @param bars what it can hand out of its own BARs
     */
    public DeviceLimits(
            String device, RangeSet usable, long alignment, List<ReservedRegion> reserved, List<BarExport> bars) {
        this(device, usable, alignment, reserved, bars, -alignment, IommuFacts.UNKNOWN);
    }

    /**
     * The limits of a device that hands out nothing of its own.
     *
     * @param device the device's address
     * @param usable the IO virtual addresses it can use
     * @param alignment bytes, a power of two
     * @param reserved the reserved regions that explain holes in {@code usable}
     */
    public DeviceLimits(String device, RangeSet usable, long alignment, List<ReservedRegion> reserved) {
        this(device, usable, alignment, reserved, List.of());
    }

    /**
     * The same limits while the device hands out nothing.
     *
     * @param why the cause, a sentence
     * @return the limits
     */
    public DeviceLimits withoutExports(String why) {
        List<BarExport> none = bars.stream().map(bar -> bar.without(why)).toList();
        return new DeviceLimits(device, usable, alignment, reserved, none, pageSizes, iommu);
    }

    /**
     * The same limits where what the device hands out goes by another way.
     *
     * @param route by which way: {@link Route#DMA_BUF} or {@link Route#USER}
     * @return the limits
     */
    public DeviceLimits withExportsBy(Route route) {
        List<BarExport> others = bars.stream()
                .map(bar -> new BarExport(bar.bar(), bar.size(), bar.areas(), bar.obstacle(), route))
                .toList();
        return new DeviceLimits(device, usable, alignment, reserved, others, pageSizes, iommu);
    }

    /**
     * What of a range the device can reach if it is mapped.
     *
     * @param range some addresses
     * @return the whole units of the alignment in what is usable of it
     */
    public RangeSet reached(AddressRange range) {
        return RangeSet.of(usable.intersect(range).ranges().stream()
                .flatMap(part -> part.trimTo(alignment).stream())
                .toList());
    }

    /**
     * The same limits under another name.
     *
     * @param address a device's address
     * @return the limits
     */
    public DeviceLimits of(String address) {
        return new DeviceLimits(address, usable, alignment, reserved, bars, pageSizes, iommu);
    }
}

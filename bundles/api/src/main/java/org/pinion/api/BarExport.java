package org.pinion.api;

import java.util.Objects;

/**
 * What a device can hand out of one of its BARs, so that other devices reach it by DMA, in whole pages, where the BAR
 * may be mapped at all: as a dma-buf ({@code VFIO_DEVICE_FEATURE_DMA_BUF}), or, where the kernel takes a BAR so, by the
 * address at which it is mapped in this process.
 *
 * @param bar the BAR's number, 0 to 5
 * @param size bytes of the BAR
 * @param areas the offsets in the BAR that can be handed out; one mapping lies within one range
 * @param obstacle why the rest of the BAR cannot be handed out, a sentence; empty if there is no rest
 * @param route by which way it goes: {@link Route#DMA_BUF} or {@link Route#USER}
 */
public record BarExport(int bar, long size, RangeSet areas, String obstacle, Route route) {

    /** Checks that nothing is null. */
    public BarExport {
        Objects.requireNonNull(areas, "areas");
        Objects.requireNonNull(obstacle, "obstacle");
        Objects.requireNonNull(route, "route");
    }

    /**
     * What can be handed out by dma-buf.
     *
     * @param bar the BAR's number, 0 to 5
     * @param size bytes of the BAR
     * @param areas the offsets in the BAR that can be handed out
     * @param obstacle why the rest of the BAR cannot be handed out, a sentence; empty if there is no rest
     */
    public BarExport(int bar, long size, RangeSet areas, String obstacle) {
        this(bar, size, areas, obstacle, Route.DMA_BUF);
    }

    /**
     * The same BAR, of which nothing can be handed out.
     *
     * @param why the cause, a sentence
     * @return the export
     */
    public BarExport without(String why) {
        return new BarExport(bar, size, RangeSet.EMPTY, why, route);
    }
}

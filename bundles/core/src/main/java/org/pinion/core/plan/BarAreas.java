package org.pinion.core.plan;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.BarExport;
import org.pinion.api.DeviceLimits;
import org.pinion.api.IovaLimits;
import org.pinion.api.RangeSet;
import org.pinion.api.Route;
import org.pinion.api.Section;
import org.pinion.spi.policy.Candidate;

/** Where, in a section that shows a BAR, what the BAR's device can hand out begins and ends. */
final class BarAreas {

    private BarAreas() {}

    /**
     * The last address up to which the BAR behind a section is either all to be had or not at all.
     *
     * @param section the section
     * @param from an address of it
     * @param devices the devices that are planned for
     * @return an address of the section, at or above {@code from}
     */
    static long lastOfSame(Section section, long from, List<DeviceLimits> devices) {
        long last = section.range().last();
        if (!(section.backing() instanceof Backing.DeviceBar whole)) {
            return last;
        }
        long offset = ((Backing.DeviceBar) whole.advance(from - section.range().start())).offset();
        long length = lastOfSame(areas(whole, devices), offset) - offset;
        return Long.compareUnsigned(last - from, length) <= 0 ? last : from + length;
    }

    /**
     * By which routes a section can go at all.
     *
     * @param section the section
     * @param planning what is planned for
     * @return the routes that the backend offers; for a BAR only the one by which its device hands it out
     */
    static Set<Route> ways(Section section, Candidate.Planning planning) {
        if (!(section.backing() instanceof Backing.DeviceBar bar)) {
            return planning.routes();
        }
        Route way = export(bar, planning.limits()).map(BarExport::route).orElse(Route.DMA_BUF);
        return planning.routes().contains(way) ? Set.of(way) : Set.of();
    }

    /**
     * What the device whose BAR a section shows hands out.
     *
     * @param section a section that shows a BAR
     * @param limits what the devices that are there allow
     * @return what it hands out of all its BARs; empty if it is not there
     */
    static Optional<List<BarExport>> exports(Section section, IovaLimits limits) {
        String device = ((Backing.DeviceBar) section.backing()).device();
        return limits.devices().stream()
                .filter(known -> known.device().equals(device))
                .map(DeviceLimits::bars)
                .findFirst();
    }

    private static RangeSet areas(Backing.DeviceBar bar, List<DeviceLimits> devices) {
        return export(bar, devices).map(BarExport::areas).orElse(RangeSet.EMPTY);
    }

    private static Optional<BarExport> export(Backing.DeviceBar bar, List<DeviceLimits> devices) {
        return devices.stream()
                .filter(limits -> limits.device().equals(bar.device()))
                .flatMap(limits -> limits.bars().stream())
                .filter(export -> export.bar() == bar.bar())
                .findFirst();
    }

    private static long lastOfSame(RangeSet areas, long offset) {
        Optional<AddressRange> inside = areas.find(offset);
        return inside.isPresent()
                ? inside.get().last()
                : areas.complement().find(offset).orElseThrow().last();
    }
}

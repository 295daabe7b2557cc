package org.pinion.backend.vfio;

import java.util.ArrayList;
import java.util.List;
import org.pinion.api.AddressRange;
import org.pinion.api.BarExport;
import org.pinion.api.RangeSet;
import org.pinion.api.Route;
import org.pinion.device.DeviceRegion;
import org.pinion.device.RegionArea;
import org.pinion.device.VfioDevice;
import org.pinion.linux.ErrnoException;

/**
 * Learns which parts of its BARs a device lets be mapped into a process, which is how a container gets them.
 *
 * @param pageSize bytes of a page of the host
 * @param iommufd whether iommufd serves the container: it takes no BAR by its address ({@code pin_user_pages})
 */
record BarAddresses(long pageSize, boolean iommufd) {

    private static final int BARS = 6;

    /**
     * @param device the device, open
     * @param address its address, for messages
     * @return what can be had of each BAR that the device has
     * @throws ErrnoException if the device does not tell about its regions
     */
    List<BarExport> learn(VfioDevice device, String address) throws ErrnoException {
        List<BarExport> exports = new ArrayList<>();
        for (int bar = 0; bar < BARS; bar++) {
            DeviceRegion region = device.region(bar);
            if (region.size() != 0) {
                exports.add(export(region, "BAR " + bar + " of " + address));
            }
        }
        return exports;
    }

    private BarExport export(DeviceRegion region, String bar) {
        if (iommufd) {
            String why = "iommufd, which serves this kernel's containers, takes no BAR by its address";
            return new BarExport(region.index(), region.size(), RangeSet.EMPTY, why, Route.USER);
        }
        List<AddressRange> areas = new ArrayList<>();
        for (RegionArea area : region.mappable()) {
            AddressRange.ofSize(area.offset(), area.size()).trimTo(pageSize).ifPresent(areas::add);
        }
        RangeSet mappable = RangeSet.of(areas);
        boolean whole = mappable.contains(AddressRange.ofSize(0, region.size()));
        return new BarExport(
                region.index(), region.size(), mappable, whole ? "" : obstacle(region, mappable, bar), Route.USER);
    }

    private String obstacle(DeviceRegion region, RangeSet mappable, String bar) {
        if (Long.compareUnsigned(region.size(), pageSize) < 0) {
            return bar + " has 0x%x bytes, less than a page of 0x%x".formatted(region.size(), pageSize);
        }
        return mappable.isEmpty()
                ? bar + " is no memory that can be mapped (I/O ports, or a page that it shares with something else)"
                : bar + " has something there that its driver keeps to itself, such as an MSI-X table";
    }
}

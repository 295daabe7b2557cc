package org.pinion.backend.iommufd;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pinion.api.AddressRange;
import org.pinion.api.BarExport;
import org.pinion.api.RangeSet;
import org.pinion.device.DeviceRegion;
import org.pinion.device.RegionArea;
import org.pinion.device.VfioDevice;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;

/**
 * Learns what a bound device hands out of its BARs by having each area exported once: whether the kernel and the
 * driver can, and whether the platform lets a peer reach the BAR, shows only then (drivers/vfio/pci/vfio_pci_dmabuf.c).
 */
final class BarExports {

    private static final int BARS = 6;

    private final Kernel kernel;
    private final VfioDevice device;
    private final String address;

    /**
     * @param kernel the kernel
     * @param device the device, bound
     * @param address its address, for messages
     */
    BarExports(Kernel kernel, VfioDevice device, String address) {
        this.kernel = kernel;
        this.device = device;
        this.address = address;
    }

    /**
     * {@return what can be had of each BAR that the device has}
     *
     * @throws ErrnoException if the device does not tell about its regions
     */
    List<BarExport> learn() throws ErrnoException {
        List<BarExport> exports = new ArrayList<>();
        for (int bar = 0; bar < BARS; bar++) {
            DeviceRegion region = device.region(bar);
            if (region.size() != 0) {
                exports.add(export(region));
            }
        }
        return exports;
    }

    private BarExport export(DeviceRegion region) throws ErrnoException {
        List<AddressRange> areas = new ArrayList<>();
        String obstacle = untold(region);
        for (RegionArea area : region.mappable()) {
            Optional<AddressRange> pages = AddressRange.ofSize(area.offset(), area.size()).trimTo(kernel.pageSize());
            Optional<String> refusal = pages.isPresent() ? refusal(region.index(), pages.get()) : Optional.empty();
            if (pages.isPresent() && refusal.isEmpty()) {
                areas.add(pages.get());
            }
            obstacle = refusal.orElse(obstacle);
        }
        RangeSet exported = RangeSet.of(areas);
        boolean whole = exported.contains(AddressRange.ofSize(0, region.size()));
        return new BarExport(region.index(), region.size(), exported, whole ? "" : obstacle);
    }

    private String untold(DeviceRegion region) {
        String bar = "BAR " + region.index() + " of " + address;
        if (Long.compareUnsigned(region.size(), kernel.pageSize()) < 0) {
            return bar + " has 0x%x bytes, less than a page of 0x%x".formatted(region.size(), kernel.pageSize());
        }
        return region.mappable().isEmpty()
                ? bar + " is no memory that can be mapped (I/O ports, or a page that it shares with something else)"
                : bar + " has something there that its driver keeps to itself, such as an MSI-X table";
    }

    private Optional<String> refusal(int bar, AddressRange area) throws ErrnoException {
        try {
            int buffer = device.exportDmaBuf(bar, area.start(), area.size());
            ErrnoException.check("close a dma-buf of " + address, kernel.close(buffer));
            return Optional.empty();
        } catch (ErrnoException failure) {
            return Optional.of(ExportCauses.of(bar, address, failure).why());
        }
    }
}

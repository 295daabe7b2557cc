package org.pinion.shell.command;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.CommitReport;
import org.pinion.api.FlatView;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.api.Ledger;
import org.pinion.api.Mapping;
import org.pinion.api.Section;
import org.pinion.api.SectionKind;
import org.pinion.api.SpaceOptions;
import org.pinion.shell.dma.RegionMemories;
import org.pinion.shell.report.ReplayReport;
import org.pinion.shell.report.ReplayReport.Moved;

/** One go of following a recording; it leaves nothing behind. */
final class ReplayRun {

    private final Services services;
    private final SpaceOptions options;
    private final List<String> devices;

    ReplayRun(Services services, SpaceOptions options, List<String> devices) {
        this.services = services;
        this.options = options;
        this.devices = devices;
    }

    ReplayReport of(List<FlatView> views) throws IommuException {
        // The space closes first: memory may only go when no device can reach it any more.
        try (RegionMemories memories = RegionMemories.under(views, services.memory().get());
                AddressSpace space = services.dma().open(options)) {
            for (String device : devices.isEmpty() ? List.of(first()) : devices) {
                space.attach(device);
            }
            return follow(views, memories, space);
        }
    }

    private ReplayReport follow(List<FlatView> views, RegionMemories memories, AddressSpace space)
            throws IommuException {
        Ledger before = space.snapshot().ledger();
        Moved ours = Moved.NOTHING;
        long remapped = 0;
        for (FlatView view : views) {
            CommitReport report = space.commit(memories.under(view));
            ours = ours.plus(new Moved(bytes(report.mapped()), bytes(report.unmapped())));
            remapped += report.remappedBytes();
        }
        Ledger after = space.snapshot().ledger();
        return new ReplayReport(
                options.backend(),
                services.runtime().kernel(),
                views.size(),
                ours,
                remapped,
                after.newlyPinnedBytes() - before.newlyPinnedBytes(),
                after.mappedBytes(),
                after.ioctls() - before.ioctls(),
                qemu(views));
    }

    /** Pages are pinned for a device behind an IOMMU only, so an mdev would show nothing. */
    private String first() throws IommuException {
        return services.dma().devices(options.backend()).stream()
                .filter(device -> !device.emulatedIommu() && device.driver().contains("vfio"))
                .min(Comparator.comparing((HostDevice device) -> !device.description().contains("edu"))
                        .thenComparing(HostDevice::address))
                .map(HostDevice::address)
                .orElseThrow(() -> new IommuException(
                        "choose a device to attach",
                        "this host has none behind an IOMMU that a VFIO driver has",
                        "bind one to vfio-pci; 'pinion devices' lists all"));
    }

    /** QEMU's listener takes away and gives whole sections. */
    private static Moved qemu(List<FlatView> views) {
        Moved moved = Moved.NOTHING;
        Set<Section> before = Set.of();
        for (FlatView view : views) {
            Set<Section> now = view.sections().stream()
                    .filter(section -> section.kind() == SectionKind.RAM)
                    .collect(Collectors.toSet());
            moved = moved.plus(new Moved(added(before, now), added(now, before)));
            before = now;
        }
        return moved;
    }

    private static long added(Set<Section> before, Set<Section> after) {
        Set<Section> fresh = new HashSet<>(after);
        fresh.removeAll(before);
        return sum(fresh.stream().map(Section::range));
    }

    private static long bytes(Collection<Mapping> mappings) {
        return sum(mappings.stream().map(Mapping::range));
    }

    private static long sum(Stream<AddressRange> ranges) {
        return ranges.mapToLong(AddressRange::size).sum();
    }
}

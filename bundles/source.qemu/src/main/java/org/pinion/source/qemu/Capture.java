package org.pinion.source.qemu;

import java.util.List;
import java.util.Optional;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.Section;
import org.pinion.source.qemu.MemoryTree.Space;
import org.pinion.source.qemu.MemoryTree.View;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of a guest's memory at one moment.
 *
 * @param tree its memory tree
 * @param devices its memory devices
 */
record Capture(MemoryTree tree, MemoryDevices devices) {

    private static final Logger LOG = LoggerFactory.getLogger(Capture.class);

    static Capture read(String mtree, Optional<String> memoryDevices) throws IommuException {
        MemoryTree tree = MemoryTreeParser.parse(mtree, CaptureFile.read(mtree, MemoryTreeParser.REMEDY));
        MemoryDevices devices = memoryDevices.isPresent()
                ? MemoryDevicesReader.parse(
                        memoryDevices.get(), CaptureFile.read(memoryDevices.get(), MemoryDevicesReader.REMEDY))
                : MemoryDevices.NONE;
        return new Capture(tree, devices);
    }

    FlatView flatView(String addressSpace) throws IommuException {
        View view = new ViewChoice(tree).of(addressSpace);
        requireDisjoint(view);
        warnOfVirtualIommu(view, addressSpace);
        List<Section> sections = new SectionReader(tree, view).sections();
        return FlatView.of(addressSpace, devices.annotate(sections));
    }

    /** A plan for {@code memory} would give a device all that the guest's IOMMU keeps from it. */
    private void warnOfVirtualIommu(View chosen, String addressSpace) {
        List<String> translated = tree.views().stream()
                .filter(view -> view != chosen)
                .filter(view -> view.ranges().stream().anyMatch(range -> RegionKinds.isIommu(range.name())))
                .flatMap(view -> view.spaces().stream().map(Space::root))
                .distinct()
                .sorted()
                .toList();
        if (!translated.isEmpty()) {
            LOG.warn(
                    "{}: a virtual IOMMU translates for {}; their devices do not see '{}': to plan for one, set"
                            + " address-space to its own",
                    tree.place(),
                    translated,
                    addressSpace);
        }
    }

    private void requireDisjoint(View view) throws IommuException {
        List<Range> sorted = view.ranges().stream()
                .sorted((a, b) -> a.addresses().compareTo(b.addresses()))
                .toList();
        for (int i = 1; i < sorted.size(); i++) {
            Range below = sorted.get(i - 1);
            Range above = sorted.get(i);
            if (below.addresses().overlaps(above.addresses())) {
                throw tree.place().at(Math.max(below.line(), above.line())).fault(
                        "'%s' at %s (line %d) overlaps '%s' at %s (line %d)".formatted(
                                above.name(), above.addresses(), above.line(),
                                below.name(), below.addresses(), below.line()),
                        MemoryTreeParser.REMEDY);
            }
        }
    }
}

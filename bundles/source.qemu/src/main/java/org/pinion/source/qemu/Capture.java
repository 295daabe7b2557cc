package org.pinion.source.qemu;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.pinion.api.Backing;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.Section;
import org.pinion.api.SectionFacts;
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

    private static final String SYSTEM_MEMORY = "memory";

    /** The root of a function's own accesses, which lead to the address space that its bus has for it. */
    private static final String BUS_MASTER = "bus master container";

    private static final Logger LOG = LoggerFactory.getLogger(Capture.class);

    static Capture read(String mtree, Optional<String> memoryDevices) throws IommuException {
        MemoryTree tree = MemoryTreeParser.parse(mtree, CaptureFile.read(mtree, MemoryTreeParser.REMEDY));
        MemoryDevices devices = memoryDevices.isPresent()
                ? MemoryDevicesReader.parse(
                        memoryDevices.get(), CaptureFile.read(memoryDevices.get(), MemoryDevicesReader.REMEDY))
                : MemoryDevices.NONE;
        return new Capture(tree, devices);
    }

    /**
     * {@return the view of an address space; of system memory, with what a virtual IOMMU makes of it, if none is
     * named}
     */
    FlatView flatView(Optional<String> addressSpace) throws IommuException {
        String name = addressSpace.orElse(SYSTEM_MEMORY);
        View view = new ViewChoice(tree).of(name);
        requireDisjoint(view);
        List<Section> sections = devices.annotate(new SectionReader(tree, view).sections());
        List<String> translated = translatedRoots(view);
        if (translated.isEmpty()) {
            return FlatView.of(name, sections);
        }
        if (addressSpace.isPresent()) {
            LOG.warn("{}: a virtual IOMMU translates for {}; their devices do not see '{}'",
                    tree.place(), translated, name);
            return FlatView.of(name, sections);
        }
        return FlatView.of(name, behind(String.join(",", translated), sections));
    }

    /** The address spaces, other than those of one view, whose devices see what the guest's IOMMU driver maps. */
    private List<String> translatedRoots(View chosen) {
        return tree.views().stream()
                .filter(view -> view != chosen)
                .filter(view -> view.ranges().stream().anyMatch(range -> RegionKinds.isIommu(range.name())))
                .flatMap(view -> view.spaces().stream().map(Space::root))
                .filter(root -> !root.equals(BUS_MASTER))
                .distinct()
                .sorted()
                .toList();
    }

    private static List<Section> behind(String roots, List<Section> sections) {
        Map<String, String> fact = Map.of(SectionFacts.TRANSLATED_BY, roots);
        return sections.stream()
                .map(section -> section.backing() == Backing.NONE ? section : section.withFacts(fact))
                .toList();
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

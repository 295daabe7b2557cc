package org.pinion.source.qemu;

import java.util.List;
import java.util.Optional;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.Section;
import org.pinion.source.qemu.MemoryTree.View;

/**
 * What is known of a guest's memory at one moment.
 *
 * @param tree its memory tree
 * @param devices its memory devices
 */
record Capture(MemoryTree tree, MemoryDevices devices) {

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
        List<Section> sections = new SectionReader(tree, view).sections();
        return FlatView.of(addressSpace, devices.annotate(sections));
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

package org.pinion.source.qemu;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.pinion.api.IommuException;
import org.pinion.api.Section;

/** The memory devices of a guest, by address: no two overlap. */
final class MemoryDevices {

    static final MemoryDevices NONE = new MemoryDevices(Place.of("no memory devices"));

    private final Place place;
    private final NavigableMap<Long, MemoryDevice> byStart = new TreeMap<>(Long::compareUnsigned);

    private MemoryDevices(Place place) {
        this.place = place;
    }

    static MemoryDevices of(Place place, List<MemoryDevice> list) throws IommuException {
        MemoryDevices devices = new MemoryDevices(place);
        for (MemoryDevice device : list) {
            Optional<MemoryDevice> other = Optional.ofNullable(devices.byStart.floorEntry(device.range().last()))
                    .map(Map.Entry::getValue)
                    .filter(below -> below.range().overlaps(device.range()));
            if (other.isPresent()) {
                throw place.fault(device + " overlaps " + other.get(), MemoryDevicesReader.REMEDY);
            }
            devices.byStart.put(device.range().start(), device);
        }
        return devices;
    }

    /**
     * Tells each section of a memory device what the device told. A device that no section shows is none of ours: its
     * memory may be disabled.
     */
    List<Section> annotate(List<Section> sections) throws IommuException {
        if (byStart.isEmpty()) {
            return sections;
        }
        List<Section> annotated = new ArrayList<>(sections.size());
        for (Section section : sections) {
            annotated.add(annotate(section));
        }
        return annotated;
    }

    private Section annotate(Section section) throws IommuException {
        Map.Entry<Long, MemoryDevice> below = byStart.floorEntry(section.range().last());
        if (below == null || !below.getValue().range().overlaps(section.range())) {
            return section;
        }
        MemoryDevice device = below.getValue();
        Optional<String> contradiction = device.contradiction(section);
        if (contradiction.isPresent()) {
            throw place.fault(
                    device + " contradicts the memory tree: " + contradiction.get(),
                    "take both captures of the same guest, one right after the other");
        }
        return device.annotate(section);
    }
}

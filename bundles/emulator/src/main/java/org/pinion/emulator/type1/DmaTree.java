package org.pinion.emulator.type1;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The mappings of a container, ordered by unsigned address. They never overlap. */
final class DmaTree {

    private final TreeMap<Long, DmaMapping> mappings = new TreeMap<>(Long::compareUnsigned);

    void add(DmaMapping mapping) {
        mappings.put(mapping.start(), mapping);
    }

    void remove(DmaMapping mapping) {
        mappings.remove(mapping.start());
    }

    int count() {
        return mappings.size();
    }

    List<DmaMapping> all() {
        return List.copyOf(mappings.values());
    }

    /** The mapping that an address lies in, or null. */
    DmaMapping at(long iova) {
        Map.Entry<Long, DmaMapping> below = mappings.floorEntry(iova);
        return below != null && Long.compareUnsigned(iova, below.getValue().last()) <= 0 ? below.getValue() : null;
    }

    /** The mappings that touch a range, lowest first. */
    List<DmaMapping> in(long start, long last) {
        List<DmaMapping> found = new ArrayList<>(1);
        DmaMapping first = at(start);
        if (first != null) {
            found.add(first);
        }
        found.addAll(mappings.subMap(start, false, last, true).values());
        return found;
    }

    boolean touches(long start, long last) {
        return !in(start, last).isEmpty();
    }
}

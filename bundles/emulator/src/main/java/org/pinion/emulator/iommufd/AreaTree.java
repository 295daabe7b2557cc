package org.pinion.emulator.iommufd;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/** The areas of an address space, ordered by unsigned address. They never overlap. */
final class AreaTree {

    private final TreeMap<Long, Area> areas = new TreeMap<>(Long::compareUnsigned);

    boolean isEmpty() {
        return areas.isEmpty();
    }

    Collection<Area> all() {
        return areas.values();
    }

    void add(Area area) {
        areas.put(area.start(), area);
    }

    void remove(Area area) {
        areas.remove(area.start());
    }

    /** The area that an address lies in, or null. */
    Area at(long iova) {
        Map.Entry<Long, Area> below = areas.floorEntry(iova);
        return below != null && Long.compareUnsigned(iova, below.getValue().last()) <= 0 ? below.getValue() : null;
    }

    /** The lowest area that has an address at or above the given one, or null. */
    Area firstFrom(long iova) {
        Area here = at(iova);
        if (here != null) {
            return here;
        }
        Map.Entry<Long, Area> above = areas.higherEntry(iova);
        return above == null ? null : above.getValue();
    }

    /** The lowest area that touches a range, or null. */
    Area firstIn(long start, long last) {
        Area found = firstFrom(start);
        return found != null && Long.compareUnsigned(found.start(), last) <= 0 ? found : null;
    }
}

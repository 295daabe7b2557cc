package org.pinion.memory.vma;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pinion.api.AddressRange;
import org.pinion.linux.procfs.MemoryArea;

/** The memory areas of this process, sorted by address, and what of a range they cover. */
final class AreaMap {

    private final List<MemoryArea> areas;

    /**
     * A part of a range: in one area, or in none.
     *
     * @param range the part
     * @param area the area that covers it
     */
    record Part(AddressRange range, Optional<MemoryArea> area) {}

    AreaMap(List<MemoryArea> areas) {
        this.areas = areas;
    }

    /** The parts of a range, in order, without gaps between them. */
    List<Part> parts(AddressRange range) {
        List<Part> parts = new ArrayList<>();
        long next = range.start();
        for (int i = firstEndingAtOrAfter(next); i < areas.size(); i++) {
            MemoryArea area = areas.get(i);
            Optional<AddressRange> covered = new AddressRange(area.start(), area.last()).intersect(range);
            if (covered.isEmpty()) {
                break;
            }
            AddressRange part = covered.get();
            if (part.start() != next) {
                parts.add(new Part(new AddressRange(next, part.start() - 1), Optional.empty()));
            }
            parts.add(new Part(part, Optional.of(area)));
            if (part.last() == range.last()) {
                return parts;
            }
            next = part.last() + 1;
        }
        parts.add(new Part(new AddressRange(next, range.last()), Optional.empty()));
        return parts;
    }

    private int firstEndingAtOrAfter(long address) {
        int low = 0;
        int high = areas.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Long.compareUnsigned(areas.get(middle).last(), address) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}

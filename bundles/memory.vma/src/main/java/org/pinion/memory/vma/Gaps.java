package org.pinion.memory.vma;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.pinion.api.AddressRange;
import org.pinion.api.RangeSet;
import org.pinion.linux.procfs.MemoryArea;

/** Where memory areas promise more than there is: the area covers the address, and touching it faults. */
@FunctionalInterface
interface Gaps {

    /**
     * A part of an area that has no memory.
     *
     * @param range the addresses in this process
     * @param why how it is known, to follow the area
     */
    record Gap(AddressRange range, String why) {}

    /** The gaps of an area within a part of it, sorted by address, without overlaps. */
    List<Gap> of(MemoryArea area, AddressRange part);

    /** These gaps, and what of others lies outside of them. */
    default Gaps and(Gaps others) {
        return (area, part) -> {
            List<Gap> all = new ArrayList<>(of(area, part));
            RangeSet known = RangeSet.of(all.stream().map(Gap::range).toList());
            for (Gap other : others.of(area, part)) {
                RangeSet.of(other.range()).minus(known).forEach(range -> all.add(new Gap(range, other.why())));
            }
            all.sort(Comparator.comparing(Gap::range));
            return all;
        };
    }
}

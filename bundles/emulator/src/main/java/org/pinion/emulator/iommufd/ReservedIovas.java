package org.pinion.emulator.iommufd;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.pinion.emulator.host.IovaRange;

/** The ranges that an address space cannot use, each with the device or page table that it is reserved for. */
final class ReservedIovas {

    private record Reserved(IovaRange range, Object owner) {}

    private final List<Reserved> ranges = new ArrayList<>();

    void add(IovaRange range, Object owner) {
        ranges.add(new Reserved(range, owner));
    }

    void removeOf(Object owner) {
        ranges.removeIf(reserved -> reserved.owner == owner);
    }

    boolean touches(long start, long last) {
        for (Reserved reserved : ranges) {
            if (reserved.range.touches(start, last)) {
                return true;
            }
        }
        return false;
    }

    /** The range with the lowest start that has an address at or above the given one, or null. */
    IovaRange firstFrom(long iova) {
        IovaRange first = null;
        for (Reserved reserved : ranges) {
            IovaRange range = reserved.range;
            if (Long.compareUnsigned(range.last(), iova) >= 0
                    && (first == null || Long.compareUnsigned(range.start(), first.start()) < 0)) {
                first = range;
            }
        }
        return first;
    }

    /** What is not reserved, in order. */
    List<IovaRange> holes() {
        List<IovaRange> holes = new ArrayList<>();
        long next = 0;
        for (IovaRange range : sorted()) {
            if (Long.compareUnsigned(range.start(), next) > 0) {
                holes.add(new IovaRange(next, range.start() - 1));
            }
            if (range.last() == -1L) {
                return holes;
            }
            next = Long.compareUnsigned(range.last(), next) >= 0 ? range.last() + 1 : next;
        }
        holes.add(new IovaRange(next, -1L));
        return holes;
    }

    private List<IovaRange> sorted() {
        return ranges.stream().map(Reserved::range)
                .sorted(Comparator.comparing(IovaRange::start, Long::compareUnsigned)).toList();
    }
}

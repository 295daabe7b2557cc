package org.pinion.emulator.type1;

import java.util.ArrayList;
import java.util.List;
import org.pinion.emulator.host.IovaRange;

/**
 * The addresses that the groups of a container leave usable, in order. The empty list stands for all of them: so it is
 * while no group is behind an IOMMU.
 *
 * @param ranges usable ranges
 */
record IovaList(List<IovaRange> ranges) {

    static final IovaList UNLIMITED = new IovaList(List.of());

    boolean unlimited() {
        return ranges.isEmpty();
    }

    /** Whether a mapping may be there: all of it in one range. */
    boolean allows(long start, long last) {
        return unlimited() || ranges.stream().anyMatch(range -> range.contains(start) && range.contains(last));
    }

    /** From the first to the last usable address. */
    IovaRange extent() {
        return new IovaRange(ranges.getFirst().start(), ranges.getLast().last());
    }

    /** What an aperture leaves of it. */
    IovaList within(IovaRange aperture) {
        if (unlimited()) {
            return new IovaList(List.of(aperture));
        }
        return new IovaList(ranges.stream().filter(range -> range.touches(aperture.start(), aperture.last()))
                .map(range -> new IovaRange(higher(range.start(), aperture.start()),
                        lower(range.last(), aperture.last())))
                .toList());
    }

    /** What is left of it without some addresses. */
    IovaList without(IovaRange hole) {
        List<IovaRange> left = new ArrayList<>();
        for (IovaRange range : ranges) {
            if (!range.touches(hole.start(), hole.last())) {
                left.add(range);
                continue;
            }
            if (Long.compareUnsigned(range.start(), hole.start()) < 0) {
                left.add(new IovaRange(range.start(), hole.start() - 1));
            }
            if (Long.compareUnsigned(hole.last(), range.last()) < 0) {
                left.add(new IovaRange(hole.last() + 1, range.last()));
            }
        }
        return new IovaList(left);
    }

    private static long higher(long a, long b) {
        return Long.compareUnsigned(a, b) > 0 ? a : b;
    }

    private static long lower(long a, long b) {
        return Long.compareUnsigned(a, b) < 0 ? a : b;
    }
}

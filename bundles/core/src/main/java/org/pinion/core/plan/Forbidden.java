package org.pinion.core.plan;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import org.pinion.api.AddressRange;
import org.pinion.api.DeviceLimits;
import org.pinion.api.IovaLimits;
import org.pinion.api.RangeSet;
import org.pinion.api.ReservedRegion;

/**
 * Addresses that cannot be used, all for the same cause.
 *
 * @param range the addresses
 * @param by who forbids them, as {@link IovaLimits#whyUnusable} says it
 * @param devices the devices that forbid them, sorted
 */
record Forbidden(AddressRange range, String by, List<String> devices) {

    /** {@return all that the limits forbid, sorted, split where the cause changes} */
    static List<Forbidden> of(IovaLimits limits) {
        NavigableSet<Long> boundaries = boundaries(limits);
        List<Forbidden> forbidden = new ArrayList<>();
        for (AddressRange hole : limits.usable().complement()) {
            split(hole, boundaries, limits, forbidden);
        }
        return List.copyOf(forbidden);
    }

    /** {@return the addresses that only one of two forbids, or the two for other causes} */
    static RangeSet difference(List<Forbidden> before, List<Forbidden> after) {
        if (before.equals(after)) {
            return RangeSet.EMPTY;
        }
        Map<String, List<AddressRange>> old = byCause(before);
        Map<String, List<AddressRange>> now = byCause(after);
        Set<String> causes = new HashSet<>(old.keySet());
        causes.addAll(now.keySet());
        RangeSet difference = RangeSet.EMPTY;
        for (String by : causes) {
            RangeSet a = RangeSet.of(old.getOrDefault(by, List.of()));
            RangeSet b = RangeSet.of(now.getOrDefault(by, List.of()));
            difference = difference.union(a.minus(b)).union(b.minus(a));
        }
        return difference;
    }

    private static Map<String, List<AddressRange>> byCause(List<Forbidden> all) {
        return all.stream().collect(groupingBy(Forbidden::by, mapping(Forbidden::range, toList())));
    }

    private static void split(
            AddressRange hole, NavigableSet<Long> boundaries, IovaLimits limits, List<Forbidden> into) {
        long from = hole.start();
        for (long boundary : boundaries.subSet(hole.start(), false, hole.last(), true)) {
            append(into, new AddressRange(from, boundary - 1), limits);
            from = boundary;
        }
        append(into, new AddressRange(from, hole.last()), limits);
    }

    private static void append(List<Forbidden> into, AddressRange range, IovaLimits limits) {
        String by = limits.whyUnusable(range.start()).orElseThrow();
        Forbidden previous = into.isEmpty() ? null : into.getLast();
        if (previous != null && previous.range.meets(range) && previous.by.equals(by)) {
            into.set(into.size() - 1, previous.upTo(range.last()));
        } else {
            into.add(new Forbidden(range, by, limits.whoForbids(range.start())));
        }
    }

    private Forbidden upTo(long last) {
        return new Forbidden(new AddressRange(range.start(), last), by, devices);
    }

    private static NavigableSet<Long> boundaries(IovaLimits limits) {
        NavigableSet<Long> boundaries = new TreeSet<>(Long::compareUnsigned);
        for (DeviceLimits device : limits.devices()) {
            addEnds(device.usable(), boundaries);
            for (ReservedRegion region : device.reserved()) {
                addEnds(RangeSet.of(region.range()), boundaries);
            }
        }
        return boundaries;
    }

    private static void addEnds(RangeSet ranges, NavigableSet<Long> boundaries) {
        for (AddressRange range : ranges) {
            boundaries.add(range.start());
            if (range.last() != -1L) {
                boundaries.add(range.last() + 1);
            }
        }
    }
}

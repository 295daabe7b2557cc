package org.pinion.shell.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.pinion.api.AddressRange;
import org.pinion.api.DeviceLimits;
import org.pinion.api.IovaLimits;

/**
 * Addresses that the devices together cannot use, and who is the cause.
 *
 * @param range the addresses
 * @param cause which devices forbid them, and why
 */
record Hole(AddressRange range, String cause) {

    /** {@return the holes of some limits, sorted; neighbours have different causes} */
    static List<Hole> of(IovaLimits limits) {
        List<Hole> holes = new ArrayList<>();
        for (AddressRange gap : limits.usable().complement()) {
            pieces(gap, limits).forEach(piece -> append(holes, new Hole(piece, cause(limits, piece))));
        }
        return holes;
    }

    // The devices with the same cause are named together.
    private static String cause(IovaLimits limits, AddressRange piece) {
        Map<String, String> devices = new LinkedHashMap<>();
        for (DeviceLimits device : limits.devices()) {
            if (limits.apart(device.device()).isPresent()) {
                continue;
            }
            IovaLimits.intersect(limits.alignment(), List.of(device))
                    .whyUnusable(piece.start())
                    .map(cause -> cause.substring(0, cause.lastIndexOf(device.device())))
                    .ifPresent(cause -> devices.merge(cause, device.device(), (a, b) -> a + ", " + b));
        }
        return devices.entrySet().stream()
                .map(entry -> entry.getKey() + entry.getValue())
                .collect(Collectors.joining("; "));
    }

    private static void append(List<Hole> holes, Hole hole) {
        Hole previous = holes.isEmpty() ? null : holes.getLast();
        if (previous != null && previous.range.meets(hole.range) && previous.cause.equals(hole.cause)) {
            AddressRange both = new AddressRange(previous.range.start(), hole.range.last());
            holes.set(holes.size() - 1, new Hole(both, hole.cause));
        } else {
            holes.add(hole);
        }
    }

    // Within one gap the cause changes only where a device's own ranges begin or end.
    private static List<AddressRange> pieces(AddressRange gap, IovaLimits limits) {
        TreeSet<Long> starts = new TreeSet<>(Long::compareUnsigned);
        starts.add(gap.start());
        for (DeviceLimits device : limits.devices()) {
            device.usable().ranges().forEach(range -> cut(starts, gap, range));
            device.reserved().forEach(region -> cut(starts, gap, region.range()));
        }
        List<AddressRange> pieces = new ArrayList<>();
        for (Long start : starts) {
            Long next = starts.higher(start);
            pieces.add(new AddressRange(start, next == null ? gap.last() : next - 1));
        }
        return pieces;
    }

    private static void cut(TreeSet<Long> starts, AddressRange gap, AddressRange range) {
        if (gap.contains(range.start())) {
            starts.add(range.start());
        }
        if (range.last() != -1L && gap.contains(range.last() + 1)) {
            starts.add(range.last() + 1);
        }
    }
}

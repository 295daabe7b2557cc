package org.pinion.source.qemu;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.pinion.api.Backing.DeviceBar;

/**
 * A region that is part of a passed-through device's BAR: {@code 0000:00:12.0 BAR 2}, which traps, or one of the areas
 * {@code 0000:00:12.0 BAR 2 mmaps[0]}, which are the device's memory.
 *
 * @param device the device's address, for an mdev its UUID
 * @param bar the BAR's number
 * @param mapped whether it is a mapped area
 */
record BarRegion(String device, int bar, boolean mapped) {

    private static final String BAR = " BAR ";
    private static final String AREA = " mmaps[";

    /** Which BAR of which device. */
    record Bar(String device, int number) {}

    /**
     * Where every BAR begins in a view. A trapping range tells exactly, because the trapping region is the whole BAR.
     * An area starts at an offset that QEMU does not print; where nothing traps the areas cover the BAR from its
     * beginning.
     */
    static Map<Bar, Long> bases(List<Range> ranges) {
        Map<Bar, Long> exact = new HashMap<>();
        Map<Bar, Long> lowest = new HashMap<>();
        for (Range range : ranges) {
            Optional<BarRegion> region = of(range.name());
            if (region.isPresent()) {
                long base = range.start() - range.offset();
                (region.get().mapped() ? lowest : exact)
                        .merge(region.get().key(), base, (a, b) -> Long.compareUnsigned(a, b) <= 0 ? a : b);
            }
        }
        lowest.putAll(exact);
        return lowest;
    }

    static Optional<BarRegion> of(String name) {
        int at = name.indexOf(BAR);
        int number = at + BAR.length();
        if (at <= 0 || number >= name.length() || name.charAt(number) < '0' || name.charAt(number) > '5') {
            return Optional.empty();
        }
        String rest = name.substring(number + 1);
        boolean mapped = rest.startsWith(AREA) && rest.endsWith("]");
        return rest.isEmpty() || mapped
                ? Optional.of(new BarRegion(name.substring(0, at), name.charAt(number) - '0', mapped))
                : Optional.empty();
    }

    Bar key() {
        return new Bar(device, bar);
    }

    DeviceBar backing(long address, Map<Bar, Long> bases) {
        return new DeviceBar(device, bar, address - bases.get(key()));
    }
}

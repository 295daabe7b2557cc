package org.pinion.core.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pinion.api.AddressRange;
import org.pinion.api.Decision.Outcome;
import org.pinion.spi.policy.Conflict;

/**
 * Lays out what happens to each address of a range that the policies let be mapped: its edges are trimmed to the
 * alignment, forbidden addresses are set apart, and what remains between them is trimmed again.
 */
final class Layout {

    /**
     * Addresses with the same fate.
     *
     * @param range the addresses
     * @param outcome {@link Outcome#MAP}, {@link Outcome#TRIM}, or {@link Outcome#CARVE} for what a device forbids
     * @param forbidden what of them cannot be used, and why; null if nobody forbids them
     */
    record Stretch(AddressRange range, Outcome outcome, Forbidden forbidden) {

        /** {@return what a policy is asked about the addresses that are both in the stretch and in a part} */
        Conflict conflict(AddressRange part) {
            return new Conflict(part, forbidden.by(), forbidden.devices());
        }
    }

    private final long alignment;
    private final List<Forbidden> forbidden;
    private int next;

    Layout(long alignment, List<Forbidden> forbidden) {
        this.alignment = alignment;
        this.forbidden = forbidden;
    }

    /** {@return stretches that cover the range; ranges must be asked about in the order of their addresses} */
    List<Stretch> of(AddressRange whole) {
        Optional<AddressRange> trimmed = whole.trimTo(alignment);
        if (trimmed.isEmpty()) {
            return List.of(trim(whole.start(), whole.last()));
        }
        AddressRange inner = trimmed.get();
        skipTo(inner.start());
        if (inner.equals(whole) && !forbiddenWithin(inner, next)) {
            return List.of(new Stretch(whole, Outcome.MAP, null));
        }
        List<Stretch> stretches = new ArrayList<>();
        addEdge(whole.start(), inner.start(), stretches);
        carve(inner, stretches);
        if (inner.last() != whole.last()) {
            stretches.add(trim(inner.last() + 1, whole.last()));
        }
        return stretches;
    }

    private void carve(AddressRange inner, List<Stretch> into) {
        long from = inner.start();
        for (int i = next; forbiddenWithin(inner, i); i++) {
            AddressRange hole = forbidden.get(i).range().intersect(inner).orElseThrow();
            if (hole.start() != from) {
                addUsable(new AddressRange(from, hole.start() - 1), into);
            }
            into.add(new Stretch(hole, Outcome.CARVE, forbidden.get(i)));
            if (hole.last() == inner.last()) {
                return;
            }
            from = hole.last() + 1;
        }
        addUsable(new AddressRange(from, inner.last()), into);
    }

    private void addUsable(AddressRange usable, List<Stretch> into) {
        Optional<AddressRange> trimmed = usable.trimTo(alignment);
        if (trimmed.isEmpty()) {
            into.add(trim(usable.start(), usable.last()));
            return;
        }
        addEdge(usable.start(), trimmed.get().start(), into);
        into.add(new Stretch(trimmed.get(), Outcome.MAP, null));
        if (trimmed.get().last() != usable.last()) {
            into.add(trim(trimmed.get().last() + 1, usable.last()));
        }
    }

    private static void addEdge(long from, long to, List<Stretch> into) {
        if (from != to) {
            into.add(trim(from, to - 1));
        }
    }

    private static Stretch trim(long first, long last) {
        return new Stretch(new AddressRange(first, last), Outcome.TRIM, null);
    }

    private void skipTo(long address) {
        while (next < forbidden.size()
                && Long.compareUnsigned(forbidden.get(next).range().last(), address) < 0) {
            next++;
        }
    }

    private boolean forbiddenWithin(AddressRange range, int index) {
        return index < forbidden.size() && forbidden.get(index).range().overlaps(range);
    }
}

package org.pinion.core.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.pinion.api.AddressRange;
import org.pinion.api.Trait;

/** Walks once over all traits, in step with the sections: both are sorted by address, so neither is searched. */
final class TraitSweep {

    private static final Comparator<Trait> BY_WORDS = Comparator.comparing(Trait::name)
            .thenComparing(Trait::by)
            .thenComparing(Trait::value)
            .thenComparing(Trait::evidence);

    private final Trait[] traits;
    private final List<Trait> active = new ArrayList<>();
    private int next;

    TraitSweep(Collection<Trait> all) {
        traits = all.toArray(Trait[]::new);
        Arrays.sort(traits, Comparator.comparing(Trait::range));
    }

    /**
     * The longest range from an address on about which every classifier says the same.
     *
     * @param from the first address; never below the end of a range returned before
     * @param last the address to end at, at the latest
     */
    AddressRange partFrom(long from, long last) {
        advance(from);
        long end = last;
        for (Trait trait : active) {
            end = lower(end, trait.range().last());
        }
        if (next < traits.length && Long.compareUnsigned(traits[next].range().start(), end) <= 0) {
            end = traits[next].range().start() - 1;
        }
        return new AddressRange(from, end);
    }

    /** {@return what was said about the part found last, sorted by words, each statement once} */
    List<Trait> traitsOf(AddressRange part) {
        int count = active.size();
        if (count == 0) {
            return List.of();
        }
        if (count == 1) {
            return List.of(cutTo(active.getFirst(), part));
        }
        List<Trait> said = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            if (i == 0 || !sameWords(active.get(i - 1), active.get(i))) {
                said.add(cutTo(active.get(i), part));
            }
        }
        Contradiction.requireNone(said);
        return List.copyOf(said);
    }

    /** {@return whether two statements differ at most in the addresses they are about} */
    static boolean sameWords(Trait a, Trait b) {
        return a.name().equals(b.name())
                && a.by().equals(b.by())
                && a.value().equals(b.value())
                && a.evidence().equals(b.evidence());
    }

    private void advance(long from) {
        for (int i = active.size() - 1; i >= 0; i--) {
            if (Long.compareUnsigned(active.get(i).range().last(), from) < 0) {
                active.remove(i);
            }
        }
        while (next < traits.length && Long.compareUnsigned(traits[next].range().start(), from) <= 0) {
            begin(traits[next++], from);
        }
    }

    private void begin(Trait trait, long from) {
        if (Long.compareUnsigned(trait.range().last(), from) >= 0) {
            int found = Collections.binarySearch(active, trait, BY_WORDS);
            active.add(found < 0 ? -found - 1 : found, trait);
        }
    }

    private static Trait cutTo(Trait trait, AddressRange part) {
        return trait.range().equals(part) ? trait : trait.over(part);
    }

    private static long lower(long a, long b) {
        return Long.compareUnsigned(a, b) <= 0 ? a : b;
    }
}

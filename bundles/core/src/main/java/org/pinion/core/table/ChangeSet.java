package org.pinion.core.table;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.pinion.api.AddressRange;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;

/**
 * What turns one table into another, to be carried out in this order.
 *
 * @param unmaps installed entries that go whole
 * @param cuts installed entries of which parts stay
 * @param maps what is mapped afterwards
 * @param keptBytes bytes that stay mapped, those that a cut unmaps for a moment included
 */
public record ChangeSet(List<Mapping> unmaps, List<Cut> cuts, List<Mapping> maps, long keptBytes) {

    /**
     * An installed entry of which only parts stay.
     *
     * @param entry the entry
     * @param keep the parts, sorted, not touching each other, at least one and not the whole entry
     */
    public record Cut(Mapping entry, List<AddressRange> keep) {}

    /** {@return all that is unmapped, parts of entries included, sorted} */
    public List<Mapping> gone() {
        List<Mapping> gone = new ArrayList<>(unmaps);
        for (Cut cut : cuts) {
            for (AddressRange part : RangeSet.of(cut.entry.range()).minus(RangeSet.of(cut.keep))) {
                gone.add(cut.entry.slice(part));
            }
        }
        gone.sort(Comparator.comparing(Mapping::range));
        return gone;
    }

    /** {@return what stays of the entries that are cut, sorted} */
    public List<Mapping> left() {
        List<Mapping> left = new ArrayList<>();
        for (Cut cut : cuts) {
            cut.keep.forEach(part -> left.add(cut.entry.slice(part)));
        }
        return left;
    }

    /**
     * What stays, but not throughout.
     *
     * @param keeps tells the entries whose parts stay mapped while they are cut
     * @return bytes of what stays that are unmapped and mapped again
     */
    public long remapped(Predicate<Mapping> keeps) {
        long bytes = 0;
        for (Cut cut : cuts) {
            if (!keeps.test(cut.entry)) {
                bytes += cut.keep.stream().mapToLong(AddressRange::size).sum();
            }
        }
        return bytes;
    }

    /** {@return how many entries more there are after it, less than 0 if there are fewer} */
    public long entries() {
        long parts = 0;
        for (Cut cut : cuts) {
            parts += cut.keep.size() - 1L;
        }
        return parts + maps.size() - unmaps.size();
    }

    /** {@return the addresses of all entries that are touched} */
    public RangeSet touched() {
        List<AddressRange> ranges = new ArrayList<>();
        unmaps.forEach(entry -> ranges.add(entry.range()));
        cuts.forEach(cut -> ranges.add(cut.entry.range()));
        maps.forEach(mapping -> ranges.add(mapping.range()));
        return RangeSet.of(ranges);
    }

    /** {@return whether there is nothing to do} */
    public boolean isEmpty() {
        return unmaps.isEmpty() && cuts.isEmpty() && maps.isEmpty();
    }
}

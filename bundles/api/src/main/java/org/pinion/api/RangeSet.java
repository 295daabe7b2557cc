package org.pinion.api;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * An immutable set of unsigned 64-bit addresses, kept as sorted ranges that neither overlap nor touch: two equal sets
 * have equal ranges.
 */
public final class RangeSet implements Iterable<AddressRange> {

    /** The set without an address. */
    public static final RangeSet EMPTY = new RangeSet(List.of());

    /** The set of every address. */
    public static final RangeSet ALL = new RangeSet(List.of(AddressRange.ALL));

    private final List<AddressRange> ranges;

    private RangeSet(List<AddressRange> ranges) {
        this.ranges = ranges;
    }

    /**
     * Makes a set of ranges.
     *
     * @param ranges ranges in any order, overlapping or not
     * @return the set of all their addresses
     */
    public static RangeSet of(AddressRange... ranges) {
        return of(List.of(ranges));
    }

    /**
     * Makes a set of ranges.
     *
     * @param ranges ranges in any order, overlapping or not
     * @return the set of all their addresses
     */
    public static RangeSet of(Collection<AddressRange> ranges) {
        return switch (ranges.size()) {
            case 0 -> EMPTY;
            case 1 -> new RangeSet(List.copyOf(ranges));
            default -> merged(ranges);
        };
    }

    private static RangeSet merged(Collection<AddressRange> ranges) {
        List<AddressRange> sorted = new ArrayList<>(ranges);
        sorted.sort(null);
        List<AddressRange> merged = new ArrayList<>(sorted.size());
        for (AddressRange range : sorted) {
            append(merged, range);
        }
        return new RangeSet(List.copyOf(merged));
    }

    private static void append(List<AddressRange> merged, AddressRange range) {
        AddressRange previous = merged.isEmpty() ? null : merged.getLast();
        if (previous == null || !(previous.overlaps(range) || previous.meets(range))) {
            merged.add(range);
        } else if (Long.compareUnsigned(range.last(), previous.last()) > 0) {
            merged.set(merged.size() - 1, new AddressRange(previous.start(), range.last()));
        }
    }

    /** {@return the ranges, sorted, disjoint, none touching the next} */
    public List<AddressRange> ranges() {
        return ranges;
    }

    /** {@return whether the set has no address} */
    public boolean isEmpty() {
        return ranges.isEmpty();
    }

    /**
     * Tells whether an address is in this set.
     *
     * @param address an unsigned address
     * @return whether the set has it
     */
    public boolean contains(long address) {
        return find(address).isPresent();
    }

    /**
     * Tells whether a whole range is in this set.
     *
     * @param range a range
     * @return whether the set has every address of it
     */
    public boolean contains(AddressRange range) {
        return find(range.start()).filter(found -> found.contains(range)).isPresent();
    }

    /**
     * Finds the range of this set around an address.
     *
     * @param address an unsigned address
     * @return the range of this set that the address lies in
     */
    public Optional<AddressRange> find(long address) {
        int index = firstEndingAtOrAfter(address);
        return index < ranges.size() && ranges.get(index).contains(address)
                ? Optional.of(ranges.get(index))
                : Optional.empty();
    }

    /**
     * Cuts this set down to a range.
     *
     * @param range a range
     * @return the parts of the range that are in this set
     */
    public RangeSet intersect(AddressRange range) {
        List<AddressRange> common = new ArrayList<>();
        for (int i = firstEndingAtOrAfter(range.start()); i < ranges.size(); i++) {
            Optional<AddressRange> part = ranges.get(i).intersect(range);
            if (part.isEmpty()) {
                break;
            }
            common.add(part.get());
        }
        return new RangeSet(List.copyOf(common));
    }

    /**
     * Cuts this set down to another.
     *
     * @param other another set
     * @return the addresses that are in both
     */
    public RangeSet intersect(RangeSet other) {
        List<AddressRange> common = new ArrayList<>();
        for (AddressRange range : other.ranges) {
            common.addAll(intersect(range).ranges);
        }
        return of(common);
    }

    /**
     * Adds another set.
     *
     * @param other another set
     * @return the addresses that are in either
     */
    public RangeSet union(RangeSet other) {
        if (isEmpty() || other.isEmpty()) {
            return isEmpty() ? other : this;
        }
        List<AddressRange> both = new ArrayList<>(ranges);
        both.addAll(other.ranges);
        return of(both);
    }

    /**
     * Takes another set away.
     *
     * @param other another set
     * @return the addresses of this set that are not in the other
     */
    public RangeSet minus(RangeSet other) {
        return intersect(other.complement());
    }

    /**
     * Widens every range to whole units.
     *
     * @param unit bytes, a power of two
     * @return the units of which an address is in this set
     */
    public RangeSet widen(long unit) {
        long within = unit - 1;
        return of(ranges.stream()
                .map(range -> new AddressRange(range.start() & ~within, range.last() | within))
                .toList());
    }

    /** {@return the 64-bit addresses that are not in this set} */
    public RangeSet complement() {
        List<AddressRange> gaps = new ArrayList<>();
        long next = 0;
        for (AddressRange range : ranges) {
            if (range.start() != next) {
                gaps.add(new AddressRange(next, range.start() - 1));
            }
            if (range.last() == -1L) {
                return new RangeSet(List.copyOf(gaps));
            }
            next = range.last() + 1;
        }
        gaps.add(new AddressRange(next, -1L));
        return new RangeSet(List.copyOf(gaps));
    }

    private int firstEndingAtOrAfter(long address) {
        int low = 0;
        int high = ranges.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Long.compareUnsigned(ranges.get(middle).last(), address) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    @Override
    public Iterator<AddressRange> iterator() {
        return ranges.iterator();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RangeSet set && ranges.equals(set.ranges);
    }

    @Override
    public int hashCode() {
        return Objects.hash(ranges);
    }

    @Override
    public String toString() {
        return ranges.toString();
    }
}

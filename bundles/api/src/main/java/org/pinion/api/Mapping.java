package org.pinion.api;

import java.util.Objects;

/**
 * One entry of an IO address space: addresses a device may use, and what it finds there.
 *
 * @param range the IO virtual addresses
 * @param access what the device may do
 * @param route by which way the memory is given to the kernel
 * @param backing the bytes, from the range's first address on
 */
public record Mapping(AddressRange range, Access access, Route route, Backing backing) {

    /** Checks that nothing is null. */
    public Mapping {
        Objects.requireNonNull(range, "range");
        Objects.requireNonNull(access, "access");
        Objects.requireNonNull(route, "route");
        Objects.requireNonNull(backing, "backing");
    }

    /**
     * The part of this mapping within a range.
     *
     * @param part a range inside this mapping's
     * @return the mapping of that part alone
     */
    public Mapping slice(AddressRange part) {
        return new Mapping(part, access, route, backing.advance(part.start() - range.start()));
    }

    /**
     * Tells whether two mappings could be one.
     *
     * @param next another mapping
     * @return whether {@code next} goes on exactly where this one ends, in addresses and in bytes, with the same access
     *     and route, so that the two could be one
     */
    public boolean continuedBy(Mapping next) {
        return range.meets(next.range)
                && access == next.access
                && route == next.route
                && backing.advance(range.size()).equals(next.backing);
    }

    @Override
    public String toString() {
        return range + " " + access.symbol() + " " + route.symbol() + " " + backing;
    }
}

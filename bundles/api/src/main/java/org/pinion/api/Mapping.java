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
public record Mapping(AddressRange range, Access access, Route route, Backing backing) implements Stretch<Mapping> {

    /** Checks that nothing is null. */
    public Mapping {
        Objects.requireNonNull(range, "range");
        Objects.requireNonNull(access, "access");
        Objects.requireNonNull(route, "route");
        Objects.requireNonNull(backing, "backing");
    }

    @Override
    public Mapping slice(AddressRange part) {
        return new Mapping(part, access, route, backing.advance(part.start() - range.start()));
    }

    /** Tells whether two mappings could be one: the second also has the same access and route. */
    @Override
    public boolean continuedBy(Mapping next) {
        return range.meets(next.range)
                && access == next.access
                && route == next.route
                && backing.advance(range.size()).equals(next.backing);
    }

    @Override
    public Mapping through(long last) {
        return new Mapping(new AddressRange(range.start(), last), access, route, backing);
    }

    @Override
    public String toString() {
        return range + " " + access.symbol() + " " + route.symbol() + " " + backing;
    }
}

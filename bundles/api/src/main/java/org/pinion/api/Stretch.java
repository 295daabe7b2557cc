package org.pinion.api;

/**
 * Something that can be cut anywhere, and joined again with what goes on where it ends: bytes at addresses.
 *
 * @param <E> the type itself
 */
public sealed interface Stretch<E extends Stretch<E>> extends Ranged permits Mapping, Section {

    /**
     * The part of this stretch within a range.
     *
     * @param part a range inside this stretch's
     * @return that part alone
     */
    E slice(AddressRange part);

    /**
     * Tells whether two stretches could be one.
     *
     * @param next another stretch
     * @return whether {@code next} goes on exactly where this one ends, in addresses and in bytes, and is alike in all
     *     else
     */
    boolean continuedBy(E next);

    /**
     * This stretch, gone on to a further end.
     *
     * @param last the last address of what continues it
     * @return the longer stretch
     */
    E through(long last);
}

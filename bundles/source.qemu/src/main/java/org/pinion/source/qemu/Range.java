package org.pinion.source.qemu;

import org.pinion.api.AddressRange;
import org.pinion.api.SectionKind;

/**
 * A line of a flat view: {@code START-LAST (prio N, [nv-]KIND): NAME [@OFFSET] [owner:{…}] [parent:{…}] [KVM …]}.
 *
 * @param line the line's number from 1
 * @param start first address, unsigned
 * @param last last address, unsigned
 * @param kind the kind as printed, without {@code nv-}; a read-only range prints {@code rom} whatever it is
 * @param nonvolatile whether {@code nv-} stood before it
 * @param name the region's name, which may hold blanks, colons and brackets, or be empty
 * @param offset where in the region the range begins
 * @param owner the id or path of the region's owner, or of its parent where it has none; empty without {@code -o}
 */
record Range(
        int line,
        long start,
        long last,
        SectionKind kind,
        boolean nonvolatile,
        String name,
        long offset,
        String owner) {

    /** The region a range is a part of: two regions may have the same name, then their owners differ. */
    record Region(String name, String owner) {}

    AddressRange addresses() {
        return new AddressRange(start, last);
    }

    Region region() {
        return new Region(name, owner);
    }
}

package org.pinion.source.qemu;

import java.util.ArrayList;
import java.util.List;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.IommuException;
import org.pinion.api.RangeSet;

/**
 * The areas of QEMU's own address space that its sections lie in. Equal addresses there are equal bytes, so each area
 * without a gap is taken for one memory.
 */
final class HostAreas {

    private final List<AddressRange> added = new ArrayList<>();
    private RangeSet joined = RangeSet.EMPTY;

    void add(Place place, long address, long size) throws IommuException {
        try {
            added.add(AddressRange.ofSize(address, size));
        } catch (IllegalArgumentException impossible) {
            throw place.fault("no process has memory there: " + impossible.getMessage(), "record it again", impossible);
        }
    }

    private AddressRange around(long address) {
        if (!added.isEmpty()) {
            added.addAll(joined.ranges());
            joined = RangeSet.of(added);
            added.clear();
        }
        return joined.find(address).orElseThrow();
    }

    String name(long address) {
        return "qemu-0x" + Long.toHexString(around(address).start());
    }

    Backing backing(long address) {
        return new Backing.Remote(name(address), address - around(address).start());
    }
}

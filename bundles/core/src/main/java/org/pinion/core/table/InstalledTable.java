package org.pinion.core.table;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.Mapping;
import org.pinion.api.RangeList;
import org.pinion.api.RangeSet;

/**
 * The entries the kernel holds, as far as the core knows: the truth that every change is computed against. An entry is
 * in doubt when a call about it failed in a way that leaves open what the kernel holds of it. Sums and the joined form
 * follow every change, so that none of them costs a walk. Used by one writer at a time.
 */
public final class InstalledTable implements Held {

    /** From this part of the table on it is cheaper to join it anew than to change the joined form range by range. */
    private static final int MANY = 8;

    private final NavigableMap<Long, Mapping> entries = new TreeMap<>(Long::compareUnsigned);
    private final NavigableMap<Long, Mapping> bars = new TreeMap<>(Long::compareUnsigned);
    private final TreeMap<AddressRange, Mapping> doubtful = new TreeMap<>(Comparator.naturalOrder());
    private final List<AddressRange> touched = new ArrayList<>();
    private RangeList<Mapping> joined = RangeList.empty();
    private long bytes;
    private long pinnableBytes;

    /** Creates an empty table. */
    public InstalledTable() {}

    @Override
    public List<Mapping> in(AddressRange range) {
        Map.Entry<Long, Mapping> first = entries.floorEntry(range.start());
        boolean reaches = first != null && first.getValue().range().overlaps(range);
        long from = reaches ? first.getKey() : range.start();
        return new ArrayList<>(entries.subMap(from, true, range.last(), true).values());
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public long pinnableBytes() {
        return pinnableBytes;
    }

    /** {@return the entries that show BARs, sorted} */
    public Collection<Mapping> bars() {
        return List.copyOf(bars.values());
    }

    /** {@return the entries in doubt, sorted} */
    public List<Mapping> doubtful() {
        return new ArrayList<>(doubtful.values());
    }

    /** {@return the certain entries as they were when {@link #settle} was called last, neighbours joined} */
    public RangeList<Mapping> joined() {
        return joined;
    }

    /**
     * Brings the joined form up to date.
     *
     * @return the addresses at which entries came or went since the last call
     */
    public RangeSet settle() {
        RangeSet where = RangeSet.of(touched);
        boolean many = where.ranges().size() > entries.size() / MANY;
        for (AddressRange range : many ? RangeSet.ALL : where) {
            joined = RangeList.overlay(joined, range, in(range));
        }
        touched.clear();
        return where;
    }

    /**
     * What was in doubt at its addresses, whole or in part, is so no more: the kernel maps only where nothing is.
     *
     * @param entry an entry that is installed now
     */
    public void add(Mapping entry) {
        doubtful.keySet().removeIf(range -> range.overlaps(entry.range()));
        touched.add(entry.range());
        entries.put(entry.range().start(), entry);
        if (entry.backing() instanceof Backing.DeviceBar) {
            bars.put(entry.range().start(), entry);
        }
        count(entry, 1);
    }

    /**
     * @param entry an entry that is not installed any more
     */
    public void remove(Mapping entry) {
        doubtful.remove(entry.range());
        take(entry);
    }

    /**
     * @param entry an entry that may be installed, or parts of it
     */
    public void doubt(Mapping entry) {
        take(entry);
        doubtful.put(entry.range(), entry);
    }

    /**
     * @param entry an installed entry
     * @param parts what is left of it, each an entry of its own
     */
    public void replace(Mapping entry, List<AddressRange> parts) {
        remove(entry);
        for (AddressRange part : parts) {
            add(entry.slice(part));
        }
    }

    private void take(Mapping entry) {
        touched.add(entry.range());
        bars.remove(entry.range().start());
        Mapping old = entries.remove(entry.range().start());
        if (old != null) {
            count(old, -1);
        }
    }

    private void count(Mapping entry, int sign) {
        bytes += sign * entry.range().size();
        pinnableBytes += sign * Held.pinnableBytes(entry);
    }
}

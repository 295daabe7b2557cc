package org.pinion.core.table;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.pinion.api.AddressRange;
import org.pinion.api.Mapping;

/**
 * The entries the kernel holds, as far as the core knows: the truth that every change is computed against. An entry is
 * in doubt when a call about it failed in a way that leaves open what the kernel holds of it. Used by one writer at a
 * time.
 */
public final class InstalledTable {

    private final TreeMap<Long, Mapping> entries = new TreeMap<>(Long::compareUnsigned);
    private final TreeMap<AddressRange, Mapping> doubtful = new TreeMap<>(Comparator.naturalOrder());

    /** Creates an empty table. */
    public InstalledTable() {}

    /** {@return the entries that are certain, sorted} */
    public List<Mapping> entries() {
        return new ArrayList<>(entries.values());
    }

    /** {@return the entries in doubt, sorted} */
    public List<Mapping> doubtful() {
        return new ArrayList<>(doubtful.values());
    }

    /**
     * @param entry an entry that is installed now
     */
    public void add(Mapping entry) {
        doubtful.remove(entry.range());
        entries.put(entry.range().start(), entry);
    }

    /**
     * @param entry an entry that is not installed any more
     */
    public void remove(Mapping entry) {
        doubtful.remove(entry.range());
        entries.remove(entry.range().start());
    }

    /**
     * @param entry an entry that may be installed, or parts of it
     */
    public void doubt(Mapping entry) {
        entries.remove(entry.range().start());
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
}

package org.pinion.core.table;

import java.util.List;
import org.pinion.api.AddressRange;
import org.pinion.api.Mapping;

/**
 * What turns one table into another, to be carried out in this order.
 *
 * @param unmaps installed entries that go whole
 * @param cuts installed entries of which parts stay
 * @param maps what is mapped afterwards
 * @param keptBytes bytes that stay mapped throughout
 */
public record ChangeSet(List<Mapping> unmaps, List<Cut> cuts, List<Mapping> maps, long keptBytes) {

    /**
     * An installed entry of which only parts stay.
     *
     * @param entry the entry
     * @param keep the parts, sorted, not touching each other, at least one and not the whole entry
     */
    public record Cut(Mapping entry, List<AddressRange> keep) {}

    /** {@return whether there is nothing to do} */
    public boolean isEmpty() {
        return unmaps.isEmpty() && cuts.isEmpty() && maps.isEmpty();
    }
}

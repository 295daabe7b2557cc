package org.pinion.api;

import java.util.ArrayList;
import java.util.List;

/**
 * A change of a flat view: what goes, then what comes, as a listener of QEMU's memory API is told with
 * {@code region_del} and {@code region_add} between {@code begin} and {@code commit}.
 *
 * @param hidden the addresses at which nothing shows any more; no section may lie there in part
 * @param shown the sections that show then, sorted by address
 */
public record FlatViewChange(RangeSet hidden, RangeList<Section> shown) {

    /** A change that changes nothing. */
    public static final FlatViewChange NONE = new FlatViewChange(RangeSet.EMPTY, RangeList.empty());

    /**
     * This change, and sections gone.
     *
     * @param range the addresses at which nothing of the old view shows any more
     * @return the greater change
     */
    public FlatViewChange hide(AddressRange range) {
        return new FlatViewChange(hidden.union(RangeSet.of(range)), shown);
    }

    /**
     * This change, and a section shown.
     *
     * @param section the section
     * @return the greater change
     * @throws IllegalArgumentException if it overlaps another section that is to show
     */
    public FlatViewChange show(Section section) {
        return new FlatViewChange(hidden, shown.with(section));
    }

    /**
     * This change, and a section shown instead of what is at its addresses.
     *
     * @param section the section
     * @return the greater change
     * @throws IllegalArgumentException if it overlaps another section that is to show
     */
    public FlatViewChange replace(Section section) {
        return hide(section.range()).show(section);
    }

    /** {@return whether nothing changes} */
    public boolean isEmpty() {
        return hidden.isEmpty() && shown.isEmpty();
    }

    /** {@return the addresses at which another thing may show after the change} */
    public RangeSet touched() {
        List<AddressRange> ranges = new ArrayList<>(hidden.ranges());
        shown.forEach(section -> ranges.add(section.range()));
        return RangeSet.of(ranges);
    }

    /**
     * Says that the change does not fit the view in force.
     *
     * @param cause what {@link FlatView#with} says
     * @return the exception for the caller
     */
    public IommuException unfit(IllegalArgumentException cause) {
        return new IommuException(
                "commit of a change",
                null,
                null,
                "it does not fit the flat view in force: " + cause.getMessage(),
                "hide whole sections before others show at their addresses",
                cause);
    }
}

package org.pinion.api;

import java.util.Collection;
import java.util.Objects;
import java.util.Optional;

/**
 * An immutable, sorted, non-overlapping list of sections: what an address space shows at one moment, as QEMU's
 * {@code FlatView}. Addresses that no section covers show nothing.
 */
public final class FlatView {

    /** A view that shows nothing. */
    public static final FlatView EMPTY = new FlatView("empty", RangeList.empty());

    private final String name;
    private final RangeList<Section> sections;

    private FlatView(String name, RangeList<Section> sections) {
        this.name = name;
        this.sections = sections;
    }

    /**
     * Makes a view of sections.
     *
     * @param name what the view shows, such as {@code memory}
     * @param sections the sections, in any order
     * @return the view
     * @throws IllegalArgumentException if two sections overlap; the message names both
     */
    public static FlatView of(String name, Collection<Section> sections) {
        Objects.requireNonNull(name, "name");
        return new FlatView(name, RangeList.copyOf(sections));
    }

    /** {@return what the view shows, such as {@code memory}} */
    public String name() {
        return name;
    }

    /** {@return the sections, sorted by address} */
    public RangeList<Section> sections() {
        return sections;
    }

    /**
     * Finds what shows at an address.
     *
     * @param address an unsigned address
     * @return the section that shows there
     */
    public Optional<Section> at(long address) {
        return sections.at(address);
    }

    /**
     * Makes the view after a change. It shares with this one all that does not change.
     *
     * @param change what goes and what comes
     * @return the view after it
     * @throws IllegalArgumentException if a section would have to be cut, or two would overlap; the message names them
     */
    public FlatView with(FlatViewChange change) {
        RangeList<Section> changed = sections;
        for (AddressRange range : change.hidden()) {
            changed = without(changed, range);
        }
        for (Section section : change.shown()) {
            changed = changed.with(section);
        }
        return new FlatView(name, changed);
    }

    private static RangeList<Section> without(RangeList<Section> sections, AddressRange range) {
        for (Section section : sections.in(range)) {
            if (!range.contains(section.range())) {
                throw new IllegalArgumentException("to hide " + range + " would cut " + section);
            }
        }
        return sections.without(range);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FlatView view && name.equals(view.name) && sections.equals(view.sections);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, sections);
    }

    @Override
    public String toString() {
        return "flat view '" + name + "' of " + sections.size() + " sections";
    }
}

package org.pinion.api;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * An immutable, sorted, non-overlapping list of sections: what an address space shows at one moment, as QEMU's
 * {@code FlatView}. Addresses that no section covers show nothing.
 */
public final class FlatView {

    /** A view that shows nothing. */
    public static final FlatView EMPTY = new FlatView("empty", List.of());

    private final String name;
    private final List<Section> sections;

    private FlatView(String name, List<Section> sections) {
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
        Section[] sorted = sections.toArray(Section[]::new);
        Arrays.sort(sorted, Comparator.comparing(Section::range));
        for (int i = 1; i < sorted.length; i++) {
            if (sorted[i - 1].range().overlaps(sorted[i].range())) {
                throw new IllegalArgumentException(sorted[i - 1] + " overlaps " + sorted[i]);
            }
        }
        return new FlatView(name, List.of(sorted));
    }

    /** {@return what the view shows, such as {@code memory}} */
    public String name() {
        return name;
    }

    /** {@return the sections, sorted by address} */
    public List<Section> sections() {
        return sections;
    }

    /**
     * Finds what shows at an address.
     *
     * @param address an unsigned address
     * @return the section that shows there
     */
    public Optional<Section> at(long address) {
        int low = 0;
        int high = sections.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            AddressRange range = sections.get(middle).range();
            if (range.contains(address)) {
                return Optional.of(sections.get(middle));
            } else if (Long.compareUnsigned(range.last(), address) < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return Optional.empty();
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

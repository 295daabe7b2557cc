package org.pinion.laws;

import java.util.List;
import java.util.Random;
import org.pinion.api.AddressRange;
import org.pinion.api.Section;

/** Makes other sections of a section, over the same bytes. */
final class Sections {

    private Sections() {}

    /** {@return two sections that show together what the one shows} */
    static List<Section> split(Section section, Random random) {
        if (section.range().size() < 2) {
            return List.of(section);
        }
        long at = cut(section, random);
        return List.of(
                part(section, section.range().start(), at - 1), part(section, at, section.range().last()));
    }

    /** {@return two sections with a gap of a page between them, or one if there is no room} */
    static List<Section> holed(Section section, Random random) {
        long at = cut(section, random);
        long after = at + 4096;
        if (section.range().size() < 2 || Long.compareUnsigned(after, section.range().last()) > 0
                || Long.compareUnsigned(after, at) < 0) {
            return List.of(section);
        }
        return List.of(
                part(section, section.range().start(), at - 1), part(section, after, section.range().last()));
    }

    /** An address inside, most often at a page's beginning. */
    private static long cut(Section section, Random random) {
        long size = section.range().size();
        long at = section.range().start() + 1 + (size < 3 ? 0 : random.nextLong(size - 1));
        long page = at & -4096;
        return random.nextInt(4) != 0 && section.range().contains(page) && page != section.range().start() ? page : at;
    }

    private static Section part(Section section, long start, long last) {
        return new Section(
                new AddressRange(start, last),
                section.kind(),
                section.backingAt(start),
                section.access(),
                section.name(),
                section.owner(),
                section.facts());
    }
}

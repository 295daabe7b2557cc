package org.pinion.shell.report;

import java.util.Collection;
import org.pinion.api.AddressRange;

/** Ranges written so that their hyphens stand below each other, followed by their sizes. */
final class RangeColumn {

    private final int startWidth;
    private final int sizeWidth;

    RangeColumn(Collection<AddressRange> ranges) {
        startWidth = ranges.stream().mapToInt(range -> Hex.of(range.start()).length()).max().orElse(0);
        sizeWidth = ranges.stream().mapToInt(range -> Sizes.of(range).length()).max().orElse(0);
    }

    String range(AddressRange range) {
        return Columns.right(Hex.of(range.start()), startWidth) + "-" + Hex.of(range.last());
    }

    String size(AddressRange range) {
        return Columns.right(Sizes.of(range), sizeWidth);
    }
}

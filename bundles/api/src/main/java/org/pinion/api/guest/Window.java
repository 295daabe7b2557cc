package org.pinion.api.guest;

import java.util.ArrayList;
import java.util.List;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.CommitReport;
import org.pinion.api.FlatView;
import org.pinion.api.FlatViewChange;
import org.pinion.api.IommuException;
import org.pinion.api.RangeList;
import org.pinion.api.RangeSet;
import org.pinion.api.Section;

/**
 * A section of a flat view in the place of which other sections show, and others again. What shows follows from what
 * was laid last at each address: neither the order of what does not overlap nor how it was batched can be seen.
 */
final class Window {

    private final AddressSpace space;
    private final Section section;
    private RangeList<Section> shown;

    /**
     * Something that is to show.
     *
     * @param range where
     * @param sections what, sorted, within the range; the window's own section shows where they leave a gap
     */
    record Layer(AddressRange range, List<Section> sections) {}

    Window(AddressSpace space, Section section, Section atFirst) {
        this.space = space;
        this.section = section;
        shown = RangeList.<Section>empty().with(atFirst);
    }

    AddressRange range() {
        return section.range();
    }

    synchronized RangeList<Section> shown() {
        return shown;
    }

    synchronized FlatView in(FlatView view) {
        FlatViewChange change = FlatViewChange.NONE.hide(section.range());
        return view.with(new FlatViewChange(change.hidden(), shown));
    }

    /** Shows layers, the later over the earlier: all of them, or none. What is so already costs no commit. */
    synchronized CommitReport show(List<Layer> layers) throws IommuException {
        RangeList<Section> next = shown;
        List<AddressRange> touched = new ArrayList<>();
        for (Layer layer : layers) {
            next = RangeList.overlay(next, layer.range, layer.sections);
            touched.add(around(layer.range));
        }
        FlatViewChange change = difference(shown, next, RangeSet.of(touched));
        if (change.isEmpty()) {
            return new CommitReport(
                    space.snapshot().plan(), List.of(), List.of(), space.snapshot().table().bytes());
        }
        CommitReport report = space.commit(change);
        shown = next;
        return report;
    }

    /** A section beside what was laid may have become longer by it. */
    private static AddressRange around(AddressRange range) {
        return new AddressRange(
                range.start() == 0 ? 0 : range.start() - 1, range.last() == -1L ? -1L : range.last() + 1);
    }

    private static FlatViewChange difference(RangeList<Section> before, RangeList<Section> after, RangeSet where) {
        List<AddressRange> hidden = new ArrayList<>();
        RangeList<Section> fresh = RangeList.empty();
        for (AddressRange range : where) {
            for (Section old : before.in(range)) {
                if (after.at(old.range().start()).filter(old::equals).isEmpty()) {
                    hidden.add(old.range());
                }
            }
            for (Section now : after.in(range)) {
                boolean same = before.at(now.range().start()).filter(now::equals).isPresent();
                fresh = same || !fresh.in(now.range()).isEmpty() ? fresh : fresh.with(now);
            }
        }
        return new FlatViewChange(RangeSet.of(hidden), fresh);
    }
}

package org.pinion.api.guest;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.CommitReport;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.RangeList;
import org.pinion.api.Section;
import org.pinion.api.SectionFacts;
import org.pinion.api.SectionKind;

/**
 * What a virtual IOMMU maps in its window of an address space. Where it maps, the guest's memory shows that the
 * addresses lead to, and is planned like every other section; where it does not, the window itself shows, of which
 * nothing is mapped. Neighbours that lead on join, an entry that is mapped and unmapped in one batch never shows.
 *
 * <p>What is mapped depends on what was notified last of each address, never on how notifications were batched. A batch
 * costs what it touches, whatever else is mapped. Methods may be called from any thread; batches follow one another.
 */
public final class Translations {

    private final Window window;
    private final Section section;
    private final Supplier<FlatView> memory;

    /**
     * @param space the address space; its flat view in force shows the window as one section, and nobody else changes
     *     what shows there
     * @param window the section of kind {@link SectionKind#IOMMU}
     * @param memory the guest's memory, which translated addresses belong to; asked at every batch. What shows is what
     *     a translated address leads to when it is mapped
     * @throws IllegalArgumentException if the window is no section of that kind
     */
    public Translations(AddressSpace space, Section window, Supplier<FlatView> memory) {
        if (window.kind() != SectionKind.IOMMU) {
            throw new IllegalArgumentException(window + " is no window of a virtual IOMMU");
        }
        this.window = new Window(space, window, window);
        this.section = window;
        this.memory = memory;
    }

    /**
     * Makes the mappings follow notifications, the later over the earlier: all of them, or none.
     *
     * @param batch what the virtual IOMMU says, in its order
     * @return what was done to the mappings
     * @throws org.pinion.api.RefusedException if a policy refuses; nothing was changed
     * @throws IommuException if an address lies outside of the window, and as
     *     {@link AddressSpace#commit(org.pinion.api.FlatViewChange)} does; nothing was changed
     */
    public CommitReport apply(List<Notification> batch) throws IommuException {
        FlatView target = memory.get();
        List<Window.Layer> layers = new ArrayList<>(batch.size());
        for (Notification notification : batch) {
            requireInside(notification);
            layers.add(new Window.Layer(notification.iova(), translated(notification, target)));
        }
        return window.show(layers);
    }

    /**
     * What shows in the window now.
     *
     * @return the sections, sorted; they cover the window
     */
    public RangeList<Section> shown() {
        return window.shown();
    }

    /**
     * A whole view, to be committed, in which the window shows what is mapped there.
     *
     * @param view a view that shows the window as one section
     * @return the view with what is mapped
     */
    public FlatView in(FlatView view) {
        return window.in(view);
    }

    private void requireInside(Notification notification) throws IommuException {
        if (!section.range().contains(notification.iova())) {
            throw new IommuException(
                    "translate " + notification.iova(),
                    null,
                    notification.iova(),
                    "it lies outside of " + section,
                    "forward the notifications of each virtual IOMMU to its own window",
                    null);
        }
    }

    private List<Section> translated(Notification notification, FlatView target) throws IommuException {
        if (notification.permission().isEmpty()) {
            return List.of(section.slice(notification.iova()));
        }
        Access permission = notification.permission().get();
        AddressRange leads = leads(notification);
        List<Section> sections = new ArrayList<>();
        long next = notification.iova().start();
        for (Section behind : target.sections().in(leads)) {
            AddressRange part = behind.range().intersect(leads).orElseThrow();
            long start = notification.iova().start() + (part.start() - leads.start());
            if (start != next) {
                sections.add(section.slice(new AddressRange(next, start - 1)));
            }
            AddressRange iova = new AddressRange(start, start + (part.last() - part.start()));
            sections.add(at(iova, behind.slice(part), permission));
            next = start + part.size();
        }
        if (sections.isEmpty() || sections.getLast().range().last() != notification.iova().last()) {
            sections.add(section.slice(new AddressRange(next, notification.iova().last())));
        }
        return RangeList.joined(sections);
    }

    private static AddressRange leads(Notification notification) throws IommuException {
        AddressRange iova = notification.iova();
        long last = notification.translated() + (iova.last() - iova.start());
        if (Long.compareUnsigned(last, notification.translated()) < 0) {
            throw new IommuException(
                    "translate " + iova,
                    null,
                    iova,
                    "from 0x%x on it would lead past 2^64-1".formatted(notification.translated()),
                    "correct what forwards the notifications",
                    null);
        }
        return new AddressRange(notification.translated(), last);
    }

    /** Behind the virtual IOMMU nothing is translated once more. */
    private static Section at(AddressRange iova, Section behind, Access permission) {
        Map<String, String> facts = new HashMap<>(behind.facts());
        facts.remove(SectionFacts.TRANSLATED_BY);
        return new Section(
                iova,
                behind.kind(),
                behind.backing(),
                behind.access().and(permission),
                behind.name(),
                behind.owner(),
                facts);
    }
}

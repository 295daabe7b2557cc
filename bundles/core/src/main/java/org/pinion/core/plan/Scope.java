package org.pinion.core.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pinion.api.AddressRange;
import org.pinion.api.FlatView;
import org.pinion.api.IovaLimits;
import org.pinion.api.RangeSet;
import org.pinion.api.Section;

/**
 * What of a plan is made anew, and what it is made of. A section is judged by itself: by what it is, what the
 * classifiers say of it, which addresses of it are forbidden and by whom, what the device behind a BAR hands out, and
 * the alignment. So where none of this changes the decisions stand.
 *
 * @param base what the rest is taken from
 * @param sections the sections to judge, sorted
 * @param changed the addresses whose decisions are replaced
 */
public record Scope(Planned base, List<Section> sections, RangeSet changed) {

    /**
     * @param view a view
     * @return the scope in which all of it is judged
     */
    public static Scope whole(FlatView view) {
        return new Scope(Planned.NOTHING, view.sections(), RangeSet.ALL);
    }

    /**
     * @param goal what is to be planned
     * @param policies who is asked
     * @param asked what tells those who are asked, policies and classifiers, from others
     * @return the least scope that gives what the whole would give
     */
    public static Scope of(Goal goal, List<NamedPolicy> policies, Object asked) {
        Optional<Planned> base = base(goal, asked);
        return base.isEmpty() || judgesAllAnew(base.get().plan().limits(), goal.limits(), policies)
                ? whole(goal.view())
                : within(base.get(), goal);
    }

    /**
     * @param goal what is to be planned
     * @param asked what tells those who would be asked, policies and classifiers, from others
     * @return the least scope that gives what the whole would give, if no policy has to be asked what it is
     */
    public static Optional<Scope> unasked(Goal goal, Object asked) {
        Optional<Planned> base = base(goal, asked);
        if (base.isPresent() && base.get().plan().limits().equals(goal.limits())) {
            return Optional.of(within(base.get(), goal));
        }
        return base.isEmpty() || goal.view().sections().isEmpty()
                ? Optional.of(whole(goal.view()))
                : Optional.empty();
    }

    private static Optional<Planned> base(Goal goal, Object asked) {
        return goal.base().filter(planned -> planned.asked().equals(asked));
    }

    private static boolean judgesAllAnew(IovaLimits before, IovaLimits now, List<NamedPolicy> policies) {
        return before.alignment() != now.alignment()
                || policies.stream().anyMatch(named -> named.policy().looksAtDevices()) && !before.equals(now);
    }

    private static Scope within(Planned base, Goal goal) {
        RangeSet where = goal.touched();
        if (!base.plan().limits().equals(goal.limits())) {
            where = where.union(Forbidden.difference(base.forbidden(), Forbidden.of(goal.limits())))
                    .union(barsOfOthers(base, goal.limits()));
        }
        List<Section> sections = new ArrayList<>();
        for (AddressRange range : where) {
            for (Section section : goal.view().sections().in(range)) {
                if (sections.isEmpty() || sections.getLast() != section) {
                    sections.add(section);
                }
            }
        }
        List<AddressRange> judged = new ArrayList<>(sections.size());
        for (Section section : sections) {
            judged.add(section.range());
        }
        return new Scope(base, sections, goal.touched().union(RangeSet.of(judged)));
    }

    /** {@return where BARs show of which a device now hands out something else, or came, or went} */
    private static RangeSet barsOfOthers(Planned base, IovaLimits now) {
        IovaLimits before = base.plan().limits();
        return RangeSet.of(base.bars().stream()
                .filter(section -> !BarAreas.exports(section, before).equals(BarAreas.exports(section, now)))
                .map(Section::range)
                .toList());
    }
}

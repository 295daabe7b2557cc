package org.pinion.core.plan;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import org.pinion.api.AddressRange;
import org.pinion.api.ApartDevice;
import org.pinion.api.Backing;
import org.pinion.api.Decision;
import org.pinion.api.FlatView;
import org.pinion.api.IovaLimits;
import org.pinion.api.Mapping;
import org.pinion.api.Plan;
import org.pinion.api.RangeList;
import org.pinion.api.RangeSet;
import org.pinion.api.RefusedException;
import org.pinion.api.Section;
import org.pinion.core.table.Mappings;

/**
 * A plan, with what it takes to plan a change of it alone: what follows from the plan is kept beside it and changed
 * with it. It knows where it differs from the one that it was made of, and does not keep that one.
 */
public final class Planned {

    static final Planned NOTHING = nothing(IovaLimits.intersect(1, List.of()), List.of());

    private final Plan plan;
    private final RangeList<Mapping> wanted;
    private final RangeList<Section> bars;
    private final List<Forbidden> forbidden;
    private final boolean refused;
    private final SortedMap<String, ApartDevice> separations;
    private final Object asked;
    private final Edition edition = new Edition();
    private final Edition base;
    private final RangeSet changed;

    /** Tells a plan from all others, without keeping it. */
    public static final class Edition {}

    private Planned(
            Plan plan,
            RangeList<Mapping> wanted,
            RangeList<Section> bars,
            List<Forbidden> forbidden,
            boolean refused,
            SortedMap<String, ApartDevice> separations,
            Object asked,
            Scope scope) {
        this.plan = plan;
        this.wanted = wanted;
        this.bars = bars;
        this.forbidden = forbidden;
        this.refused = refused;
        this.separations = separations;
        this.asked = asked;
        this.base = scope == null ? null : scope.base().edition;
        this.changed = scope == null ? RangeSet.ALL : scope.changed();
    }

    /**
     * The plan of nothing, which nobody was asked about.
     *
     * @param limits what the devices allow
     * @param policies the names of the policies that will be asked
     * @return the plan
     */
    public static Planned nothing(IovaLimits limits, List<String> policies) {
        Plan plan = new Plan(FlatView.EMPTY, limits, policies, RangeList.empty());
        return new Planned(
                plan,
                RangeList.empty(),
                RangeList.empty(),
                Forbidden.of(limits),
                false,
                Collections.emptySortedMap(),
                List.of("nobody"),
                null);
    }

    /**
     * A plan that was made elsewhere, and is carried out: whatever is planned after it is asked about anew.
     *
     * @param plan the plan
     * @return the plan
     */
    public static Planned madeElsewhere(Plan plan) {
        RangeList<Section> bars = RangeList.copyOf(
                plan.view().sections().stream()
                        .filter(section -> section.backing() instanceof Backing.DeviceBar)
                        .toList());
        return new Planned(
                plan,
                RangeList.copyOf(Mappings.joined(Mappings.wantedBy(plan.decisions()))),
                bars,
                Forbidden.of(plan.limits()),
                anyRefused(plan.decisions()),
                Collections.emptySortedMap(),
                List.of("another core"),
                null);
    }

    /** {@return the plan of a scope: what is decided now in it, what its base says elsewhere} */
    static Planned of(
            PlanRequest request,
            Scope scope,
            List<Forbidden> forbidden,
            List<Decision> fresh,
            SortedMap<String, ApartDevice> separations,
            Object asked) {
        Planned base = scope.base();
        RangeList<Decision> decisions = base.plan.decisions();
        RangeList<Mapping> wanted = base.wanted;
        RangeList<Section> bars = base.bars;
        Parts<Decision> decided = new Parts<>(fresh);
        Parts<Section> judged = new Parts<>(scope.sections());
        for (AddressRange range : scope.changed()) {
            List<Decision> now = decided.next(range);
            decisions = decisions.replace(range, now);
            wanted = RangeList.overlay(wanted, range, Mappings.wantedBy(now));
            bars = bars.replace(range, showingBars(judged.next(range)));
        }
        List<String> names = new ArrayList<>(request.policies().size());
        for (NamedPolicy policy : request.policies()) {
            names.add(policy.name());
        }
        Plan plan = new Plan(request.view(), request.limits(), names, decisions);
        boolean refused = anyRefused(fresh) || base.refused && anyRefused(decisions);
        return new Planned(plan, wanted, bars, forbidden, refused, separations, asked, scope);
    }

    private static List<Section> showingBars(List<Section> sections) {
        List<Section> showing = new ArrayList<>(0);
        for (Section section : sections) {
            if (section.backing() instanceof Backing.DeviceBar) {
                showing.add(section);
            }
        }
        return showing;
    }

    private static boolean anyRefused(List<Decision> decisions) {
        for (Decision decision : decisions) {
            if (decision.outcome() == Decision.Outcome.REFUSE) {
                return true;
            }
        }
        return false;
    }

    /** {@return the plan} */
    public Plan plan() {
        return plan;
    }

    /** {@return what the plan wants installed, neighbours that continue each other joined, also across sections} */
    public RangeList<Mapping> wanted() {
        return wanted;
    }

    /** {@return whether the plan has a refusal} */
    public boolean refused() {
        return refused;
    }

    /**
     * @param operation what the plan is for
     * @return this plan
     * @throws RefusedException if it has a refusal
     */
    public Planned accepted(String operation) throws RefusedException {
        if (refused) {
            throw new RefusedException(operation, plan);
        }
        return this;
    }

    /**
     * Which devices the policies want apart. A plan that has some is refused; it is made again with them apart. Only
     * what was decided for this plan is named: there is nothing of the kind in a plan that changes are made of.
     *
     * @return the devices, by address
     */
    public SortedMap<String, ApartDevice> separations() {
        return separations;
    }

    /** {@return the sections that show a BAR} */
    RangeList<Section> bars() {
        return bars;
    }

    /** {@return what the limits forbid} */
    List<Forbidden> forbidden() {
        return forbidden;
    }

    /** {@return what tells those who were asked from others} */
    Object asked() {
        return asked;
    }

    /** {@return what tells this plan from all others} */
    public Edition edition() {
        return edition;
    }

    /**
     * @param other another plan
     * @return the addresses at which this one may want something else
     */
    public RangeSet changedSince(Edition other) {
        if (other == edition) {
            return RangeSet.EMPTY;
        }
        return other == base ? changed : RangeSet.ALL;
    }
}

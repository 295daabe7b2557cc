package org.pinion.core.plan;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.Decision;
import org.pinion.api.Decision.Outcome;
import org.pinion.api.Plan;
import org.pinion.api.Route;
import org.pinion.api.Section;
import org.pinion.spi.policy.Candidate;
import org.pinion.spi.policy.Verdict;

/**
 * Makes plans. One sweep over the sections of a scope, their traits and the forbidden addresses, all sorted: the work
 * grows with their number and nothing else. A whole plan is the plan of the greatest scope.
 */
public final class Planner {

    private final Candidate.Planning planning;
    private final TraitSweep traits;
    private final Judge judge;
    private final Decisions decisions;
    private final Separations separations;
    private final MappableRun run;
    private final Map<Route, Map<String, String>> detours = new EnumMap<>(Route.class);

    private Planner(PlanRequest request, int sections, List<Forbidden> forbidden) {
        planning = request.planning();
        traits = new TraitSweep(request.traits());
        judge = new Judge(request.policies());
        decisions = new Decisions(sections);
        Layout layout = new Layout(request.alignment(), forbidden);
        separations = new Separations(request.limits(), request.capabilities().oneSpaceOnly());
        run = new MappableRun(judge, layout, request.alignment(), decisions, separations);
    }

    /**
     * Makes a whole plan: what the plan of any scope must be equal to.
     *
     * @param request all that the plan depends on, with at least one policy
     * @return the plan; its decisions cover every address of every section exactly once
     */
    public static Plan plan(PlanRequest request) {
        return plan(request, Scope.whole(request.view()), List.of()).plan();
    }

    /**
     * Makes a plan; what a policy throws comes through.
     *
     * @param request all that the plan depends on, with at least one policy; traits only of the scope's sections
     * @param scope what is made anew
     * @param asked what tells those who made the traits and the policies from others
     * @return the plan; its decisions cover every address of every section exactly once
     */
    public static Planned plan(PlanRequest request, Scope scope, Object asked) {
        boolean known = request.limits().equals(scope.base().plan().limits());
        List<Forbidden> forbidden = known ? scope.base().forbidden() : Forbidden.of(request.limits());
        Planner planner = new Planner(request, scope.sections().size(), forbidden);
        scope.sections().forEach(planner::planSection);
        return Planned.of(request, scope, forbidden, planner.decisions.toList(), planner.separations.wanted(), asked);
    }

    private void planSection(Section section) {
        long last = section.range().last();
        AddressRange part = partFrom(section, section.range().start());
        planPart(section, part);
        while (part.last() != last) {
            part = partFrom(section, part.last() + 1);
            planPart(section, part);
        }
        run.finish();
    }

    private AddressRange partFrom(Section section, long from) {
        return traits.partFrom(from, BarAreas.lastOfSame(section, from, planning.limits()));
    }

    private void planPart(Section section, AddressRange range) {
        Candidate part = new Candidate(range, section, traits.traitsOf(range), planning);
        Judgement judgement = judge.decide(part);
        if (judgement.outcome() != Verdict.Outcome.MAP) {
            Outcome outcome = judgement.outcome() == Verdict.Outcome.SKIP ? Outcome.SKIP : Outcome.REFUSE;
            leaveOut(part, outcome, judgement.rule(), judgement.reason(), judgement.remedy());
        } else {
            planMappable(part, judgement);
        }
    }

    private void planMappable(Candidate part, Judgement judgement) {
        Section section = part.section();
        Set<Route> offered = planning.routes();
        Route route = Routes.choose(section.backing(), judgement.routes(), BarAreas.ways(section, planning));
        if (section.backing() instanceof Backing.None) {
            leaveOut(part, Outcome.SKIP, "planner/no-bytes", "the section has no bytes that could be mapped", "");
        } else if (route == null) {
            String reason =
                    Routes.missing(section.backing(), judgement.routes(), offered, planning.missingRoutes());
            leaveOut(part, Outcome.SKIP, "planner/no-route", reason, "");
        } else if (part.barObstacle(route).isPresent()) {
            // A policy need not ask; what nobody can hand out is not mapped whatever it says.
            leaveOut(part, Outcome.SKIP, "planner/no-export", part.barObstacle(route).get(), "");
        } else {
            run.add(part, routed(judgement, section, route), judgement.access().and(section.access()), route);
        }
    }

    /** Says why memory takes another way than its own; a million sections share a few sentences. */
    private Judgement routed(Judgement judgement, Section section, Route route) {
        Route missed = Routes.missed(section.backing(), route, judgement.routes());
        return missed == null || planning.missingRoutes().isEmpty()
                ? judgement
                : judgement.because(detours.computeIfAbsent(missed, _ -> new HashMap<>())
                        .computeIfAbsent(judgement.reason(), reason -> "%s; not by %s: %s"
                                .formatted(reason, missed.symbol(), planning.missingRoutes())));
    }

    private void leaveOut(Candidate part, Outcome outcome, String rule, String reason, String remedy) {
        run.finish();
        decisions.add(new Decision(
                part.range(), part.section(), outcome, rule, reason, remedy, part.traits(), Optional.empty()));
    }
}

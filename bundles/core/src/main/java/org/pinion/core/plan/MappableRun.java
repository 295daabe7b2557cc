package org.pinion.core.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.Decision;
import org.pinion.api.Decision.Outcome;
import org.pinion.api.Mapping;
import org.pinion.api.Route;
import org.pinion.api.Section;
import org.pinion.api.Trait;
import org.pinion.core.plan.Layout.Stretch;
import org.pinion.spi.policy.Candidate;
import org.pinion.spi.policy.Conflict;

/**
 * Neighbouring parts of one section that may be mapped with the same access and route. They are trimmed as one: where a
 * classifier's word ends in the middle of a page, the page is still mapped as a whole.
 */
final class MappableRun {

    private final Judge judge;
    private final Layout layout;
    private final long alignment;
    private final Decisions decisions;
    private final Separations separations;
    private final List<Candidate> parts = new ArrayList<>();
    private final List<Judgement> judgements = new ArrayList<>();
    private Access access;
    private Route route;

    MappableRun(Judge judge, Layout layout, long alignment, Decisions decisions, Separations separations) {
        this.judge = judge;
        this.layout = layout;
        this.alignment = alignment;
        this.decisions = decisions;
        this.separations = separations;
    }

    /** Takes the next part, after what came before it if it cannot be trimmed together with that. */
    void add(Candidate part, Judgement judgement, Access partAccess, Route partRoute) {
        if (partAccess != access || partRoute != route) {
            finish();
        }
        access = partAccess;
        route = partRoute;
        parts.add(part);
        judgements.add(judgement);
    }

    /** Decides about every part taken, and is empty again. */
    void finish() {
        if (parts.isEmpty()) {
            return;
        }
        AddressRange whole = new AddressRange(
                parts.getFirst().range().start(), parts.getLast().range().last());
        if (misaligned(whole.start())) {
            skipMisaligned(whole.start());
        } else {
            spread(layout.of(whole));
        }
        parts.clear();
        judgements.clear();
    }

    private boolean misaligned(long start) {
        return ((start ^ position(start)) & (alignment - 1)) != 0;
    }

    private long position(long start) {
        return Routes.position(parts.getFirst().section().backingAt(start), route);
    }

    private void skipMisaligned(long start) {
        String reason = "IOVA 0x%x and position 0x%x of its bytes differ modulo the alignment 0x%x"
                .formatted(start, position(start), alignment);
        for (Candidate part : parts) {
            add(part, part.range(), Outcome.SKIP, "planner/misaligned", reason, "");
        }
    }

    private void spread(List<Stretch> stretches) {
        int index = 0;
        for (Stretch stretch : stretches) {
            while (!stretch.range().overlaps(parts.get(index).range())) {
                index++;
            }
            for (int i = index; i < parts.size() && parts.get(i).range().overlaps(stretch.range()); i++) {
                index = i;
                decide(i, stretch);
            }
        }
    }

    private void decide(int index, Stretch stretch) {
        Candidate part = parts.get(index);
        AddressRange range = part.range().equals(stretch.range())
                ? part.range()
                : part.range().intersect(stretch.range()).orElseThrow();
        switch (stretch.outcome()) {
            case MAP -> map(part, judgements.get(index), range);
            case TRIM -> trim(part, range);
            default -> conflict(part, stretch.conflict(range));
        }
    }

    private void map(Candidate part, Judgement judgement, AddressRange range) {
        Section section = part.section();
        Backing backing =
                range.start() == section.range().start() ? section.backing() : section.backingAt(range.start());
        decisions.add(new Decision(
                range,
                section,
                Outcome.MAP,
                judgement.rule(),
                judgement.reason(),
                judgement.remedy(),
                over(part, range),
                Optional.of(new Mapping(range, access, route, backing))));
    }

    private void trim(Candidate part, AddressRange range) {
        String reason = "less than a whole unit of 0x%x bytes lies here".formatted(alignment);
        add(part, range, Outcome.TRIM, "planner/alignment", reason, "");
    }

    private void conflict(Candidate part, Conflict conflict) {
        Judgement judgement = judge.conflict(part, conflict);
        AddressRange range = conflict.range();
        String cause = range + " is " + conflict.forbiddenBy();
        String reason = with(cause, conflict, judgement);
        switch (judgement.outcome()) {
            case MAP -> add(part, range, Outcome.CARVE, "planner/reserved", cause, "");
            case SKIP -> add(part, range, Outcome.CARVE, judgement.rule(), reason, judgement.remedy());
            case REFUSE -> add(part, range, Outcome.REFUSE, judgement.rule(), reason, judgement.remedy());
            default -> apart(part, conflict, judgement, reason);
        }
    }

    /** With its devices apart nobody forbids the addresses; with them together the plan cannot be carried out. */
    private void apart(Candidate part, Conflict conflict, Judgement judgement, String reason) {
        separations.add(conflict, judgement.rule(), reason);
        String why = separations.obstacle(reason);
        add(part, conflict.range(), Outcome.REFUSE, judgement.rule(), why, judgement.remedy());
    }

    /** A policy's reason need not say who forbids the addresses; the decision must. */
    private static String with(String cause, Conflict conflict, Judgement judgement) {
        String reason = judgement.reason();
        return reason.contains(conflict.forbiddenBy()) ? reason : reason + " (" + cause + ")";
    }

    private void add(
            Candidate part, AddressRange range, Outcome outcome, String rule, String reason, String remedy) {
        decisions.add(new Decision(
                range, part.section(), outcome, rule, reason, remedy, over(part, range), Optional.empty()));
    }

    private static List<Trait> over(Candidate part, AddressRange range) {
        return range.equals(part.range())
                ? part.traits()
                : part.traits().stream().map(trait -> trait.over(range)).toList();
    }
}

package org.pinion.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A change that was not made since somebody must decide: the plugins that are there now want something else than what
 * is mapped, and a part of it would have to be refused, or they cannot say at all.
 *
 * @param cause what brought it about, such as {@code policy 'strict' of bundle org.pinion.policy.strict 0.1.0 arrived}
 * @param reason why it was not made, a sentence for people
 * @param plan what the plugins want, with at least one refusal; empty if no plan could be made
 */
public record Pending(String cause, String reason, Optional<Plan> plan) {

    /** Checks that nothing is null. */
    public Pending {
        Objects.requireNonNull(cause, "cause");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(plan, "plan");
    }

    /**
     * What follows from a change that failed.
     *
     * @param cause what brought it about
     * @param failure how it failed; a refusal has the plan with it
     * @return what is to be decided
     */
    public static Pending of(String cause, IommuException failure) {
        return new Pending(
                cause,
                failure.why(),
                failure instanceof RefusedException refused ? Optional.of(refused.plan()) : Optional.empty());
    }

    /**
     * What it takes to let the plugins have their way: the change of the view in force that takes out what they refuse.
     *
     * @return the change; nothing if no plan could be made
     */
    public FlatViewChange withoutRefused() {
        Map<Section, List<AddressRange>> refused = new LinkedHashMap<>();
        plan.map(Plan::refusals).orElse(List.of()).forEach(refusal ->
                refused.computeIfAbsent(refusal.section(), _ -> new ArrayList<>()).add(refusal.range()));
        FlatViewChange change = FlatViewChange.NONE;
        for (Map.Entry<Section, List<AddressRange>> entry : refused.entrySet()) {
            Section section = entry.getKey();
            change = change.hide(section.range());
            for (AddressRange left : RangeSet.of(section.range()).minus(RangeSet.of(entry.getValue()))) {
                change = change.show(section.slice(left));
            }
        }
        return change;
    }
}

package org.pinion.api;

import java.util.List;
import java.util.function.Function;

/**
 * A policy refuses what was asked: nothing was changed, and {@link #plan()} says which rule, range, device and limit.
 */
public class RefusedException extends IommuException {

    private static final long serialVersionUID = 1L;
    private static final int NAMED = 8;

    private final transient Plan plan;

    /**
     * Says what the refusals of a plan say.
     *
     * @param operation what was asked, such as {@code "attach 0000:00:10.0"}
     * @param plan the plan with at least one refusal
     */
    public RefusedException(String operation, Plan plan) {
        super(operation, null, plan.refusals().getFirst().range(), why(plan), remedy(plan), null);
        this.plan = plan;
    }

    private static String why(Plan plan) {
        return joined(plan, refusal -> refusal.reason() + " [" + refusal.rule() + "]");
    }

    private static String remedy(Plan plan) {
        return joined(plan, Decision::remedy);
    }

    /** A plan may hold a million refusals; a message that a person reads may not. */
    private static String joined(Plan plan, Function<Decision, String> words) {
        List<String> distinct = plan.refusals().stream()
                .map(words)
                .filter(word -> !word.isEmpty())
                .distinct()
                .toList();
        String first = String.join("; ", distinct.subList(0, Math.min(NAMED, distinct.size())));
        return distinct.size() <= NAMED ? first : first + "; and " + (distinct.size() - NAMED) + " more";
    }

    /** {@return the plan that cannot be carried out} */
    public Plan plan() {
        return plan;
    }
}

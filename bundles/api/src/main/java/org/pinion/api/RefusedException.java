package org.pinion.api;

import java.util.stream.Collectors;

/**
 * A policy refuses what was asked: nothing was changed, and {@link #plan()} says which rule, range, device and limit.
 */
public class RefusedException extends IommuException {

    private static final long serialVersionUID = 1L;

    private final transient Plan plan;

    /**
     * @param operation what was asked, such as {@code "attach 0000:00:10.0"}
     * @param plan the plan with at least one refusal
     */
    public RefusedException(String operation, Plan plan) {
        super(operation, null, plan.refusals().getFirst().range(), why(plan), remedy(plan), null);
        this.plan = plan;
    }

    private static String why(Plan plan) {
        return plan.refusals().stream()
                .map(refusal -> refusal.reason() + " [" + refusal.rule() + "]")
                .distinct()
                .collect(Collectors.joining("; "));
    }

    private static String remedy(Plan plan) {
        return plan.refusals().stream()
                .map(Decision::remedy)
                .filter(remedy -> !remedy.isEmpty())
                .distinct()
                .collect(Collectors.joining("; "));
    }

    /** {@return the plan that cannot be carried out} */
    public Plan plan() {
        return plan;
    }
}

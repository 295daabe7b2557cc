package org.pinion.spi.policy;

import java.util.Objects;
import java.util.Set;
import org.pinion.api.Access;
import org.pinion.api.Route;

/**
 * What a policy says about a part of a section.
 *
 * @param outcome what is to happen: map, set apart, skip or refuse
 * @param access the most a device may do, if mapped
 * @param routes the ways that are allowed, if mapped; a part that can go by none of them, or that the backend takes by
 *     none of them, is left out, for that reason
 * @param rule the name of the policy's rule, without the policy's own name, such as {@code not-ram}
 * @param reason why, a sentence for people
 * @param remedy what an operator could do about it; empty if there is nothing to do
 */
public record Verdict(
        Outcome outcome, Access access, Set<Route> routes, String rule, String reason, String remedy) {

    /** What is to happen; the later beats the earlier. */
    public enum Outcome {
        /** The part may be mapped. */
        MAP,
        /**
         * Only in answer to a {@link Conflict}: the devices that forbid the addresses get IO address spaces of their
         * own, in which just these addresses are left out, and all others keep them.
         */
        APART,
        /** The part is left out. */
        SKIP,
        /** The part cannot be left out and must not be mapped: the whole plan is refused. */
        REFUSE
    }

    private static final Set<Route> NO_ROUTE = Set.of();

    /** Checks that nothing is null and copies the routes. */
    public Verdict {
        Objects.requireNonNull(outcome, "outcome");
        Objects.requireNonNull(access, "access");
        routes = Set.copyOf(routes);
        Objects.requireNonNull(rule, "rule");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(remedy, "remedy");
    }

    /**
     * The part may be mapped.
     *
     * @param access the most a device may do
     * @param routes the ways that are allowed
     * @param rule the rule's name
     * @param reason why
     * @return the verdict
     */
    public static Verdict map(Access access, Set<Route> routes, String rule, String reason) {
        return new Verdict(Outcome.MAP, access, routes, rule, reason, "");
    }

    /**
     * The part is left out.
     *
     * @param rule the rule's name
     * @param reason why
     * @return the verdict
     */
    public static Verdict skip(String rule, String reason) {
        return new Verdict(Outcome.SKIP, Access.READ, NO_ROUTE, rule, reason, "");
    }

    /**
     * The devices that forbid the addresses get IO address spaces of their own. Where the backend has one address space
     * only, the plan is refused for this reason, with the backend's beside it.
     *
     * @param rule the rule's name
     * @param reason why, a sentence
     * @param remedy what an operator could do about it where the backend cannot; empty if nothing
     * @return the verdict
     * @throws IllegalArgumentException if it has no rule or no reason: a second address space is never taken silently
     */
    public static Verdict apart(String rule, String reason, String remedy) {
        if (rule.isBlank() || reason.isBlank()) {
            throw new IllegalArgumentException("a device is set apart by a rule with a name and for a reason");
        }
        return new Verdict(Outcome.APART, Access.READ, NO_ROUTE, rule, reason, remedy);
    }

    /**
     * The whole plan is refused.
     *
     * @param rule the rule's name
     * @param reason why
     * @param remedy what an operator could do about it; empty if nothing
     * @return the verdict
     */
    public static Verdict refuse(String rule, String reason, String remedy) {
        return new Verdict(Outcome.REFUSE, Access.READ, NO_ROUTE, rule, reason, remedy);
    }

    /**
     * The same verdict with a remedy.
     *
     * @param other what an operator could do about it
     * @return the verdict
     */
    public Verdict withRemedy(String other) {
        return new Verdict(outcome, access, routes, rule, reason, other);
    }
}

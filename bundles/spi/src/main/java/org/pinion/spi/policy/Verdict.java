package org.pinion.spi.policy;

import java.util.Objects;
import java.util.Set;
import org.pinion.api.Access;
import org.pinion.api.Route;

/**
 * What a policy says about a part of a section.
 *
 * @param outcome map, skip or refuse
 * @param access the most a device may do, if mapped
 * @param routes the ways that are allowed, if mapped
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

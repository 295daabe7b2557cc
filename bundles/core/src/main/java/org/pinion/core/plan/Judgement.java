package org.pinion.core.plan;

import java.util.HashSet;
import java.util.Set;
import org.pinion.api.Access;
import org.pinion.api.Route;
import org.pinion.spi.policy.Verdict;

/**
 * What all policies together say about one part.
 *
 * @param outcome the strongest of their outcomes
 * @param access what all of them allow, if mapped
 * @param routes the routes all of them allow, if mapped
 * @param rule {@code POLICY/RULE} of the first policy by name that says so
 * @param reason its reason, or the reasons of all that refuse
 * @param remedy its remedy, or the remedies of all that refuse
 */
record Judgement(
        Verdict.Outcome outcome, Access access, Set<Route> routes, String rule, String reason, String remedy) {

    static Judgement of(String rule, Verdict verdict) {
        return new Judgement(
                verdict.outcome(), verdict.access(), verdict.routes(), rule, verdict.reason(), verdict.remedy());
    }

    /** {@return this and the judgement of a policy whose name sorts later} */
    Judgement and(Judgement later) {
        int order = outcome.compareTo(later.outcome);
        if (order != 0) {
            return order > 0 ? this : later;
        }
        return switch (outcome) {
            case MAP -> new Judgement(outcome, access.and(later.access), common(later.routes), rule, reason, remedy);
            case SKIP, APART -> this;
            case REFUSE ->
                new Judgement(outcome, access, routes, rule, both(reason, later.reason), both(remedy, later.remedy));
        };
    }

    /** {@return the same with another reason} */
    Judgement because(String other) {
        return new Judgement(outcome, access, routes, rule, other, remedy);
    }

    private Set<Route> common(Set<Route> others) {
        Set<Route> common = new HashSet<>(routes);
        common.retainAll(others);
        return common;
    }

    private static String both(String first, String second) {
        if (second.isEmpty() || first.equals(second)) {
            return first;
        }
        return first.isEmpty() ? second : first + "; " + second;
    }
}

package org.pinion.api;

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
}

package org.pinion.api;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What is to happen to one part of a section, and why. The decisions of a plan cover every address of every section
 * exactly once.
 *
 * @param range the addresses decided on
 * @param section the section they are a part of
 * @param outcome what is to happen
 * @param rule the rule that decided, such as {@code qemu/not-ram}: policy or planner, then the rule's name
 * @param reason why, a sentence for people
 * @param remedy what an operator could do about it; empty if there is nothing to do
 * @param traits what the classifiers said about these addresses, sorted by name
 * @param mapping the mapping wanted, if the outcome is {@link Outcome#MAP}
 */
public record Decision(
        AddressRange range,
        Section section,
        Outcome outcome,
        String rule,
        String reason,
        String remedy,
        List<Trait> traits,
        Optional<Mapping> mapping)
        implements Ranged {

    /** What is to happen to a part of a section. */
    public enum Outcome {
        /** It is mapped. */
        MAP,
        /** It is left out, because a policy says so. */
        SKIP,
        /** It is left out at an edge of a mapped part, because of alignment. */
        TRIM,
        /** It is left out within a mapped part, because a device cannot use the addresses. */
        CARVE,
        /** It must not be left out and cannot be mapped: the whole plan is refused. */
        REFUSE
    }

    /** Checks that nothing is null and that exactly a mapped part has a mapping. */
    public Decision {
        Objects.requireNonNull(range, "range");
        Objects.requireNonNull(section, "section");
        Objects.requireNonNull(outcome, "outcome");
        Objects.requireNonNull(rule, "rule");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(remedy, "remedy");
        traits = List.copyOf(traits);
        if (mapping.isPresent() != (outcome == Outcome.MAP)) {
            throw new IllegalArgumentException("outcome " + outcome + " with mapping " + mapping);
        }
    }
}

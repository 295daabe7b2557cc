package org.pinion.api;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Why a device can or cannot reach an address.
 *
 * @param address the address asked about, unsigned
 * @param decision the decision of the plan in force; empty if no section shows there
 * @param installed the installed mapping that covers the address
 * @param forbiddenBy who forbids the address, as {@link IovaLimits#whyUnusable}; empty if no attached device does
 * @param sentences the whole answer in sentences, the most important first
 */
public record Explanation(
        long address,
        Optional<Decision> decision,
        Optional<Mapping> installed,
        Optional<String> forbiddenBy,
        List<String> sentences) {

    /** Checks that nothing is null and copies the list. */
    public Explanation {
        Objects.requireNonNull(decision, "decision");
        Objects.requireNonNull(installed, "installed");
        Objects.requireNonNull(forbiddenBy, "forbiddenBy");
        sentences = List.copyOf(sentences);
    }
}

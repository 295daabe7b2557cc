package org.pinion.api;

import java.util.List;
import java.util.Objects;

/**
 * What attaching one more device would do. Nothing of it has been done: no device was attached, nothing was mapped.
 *
 * @param plug the device's address
 * @param before the plan without the device
 * @param plan the plan with it; with refusals, the device would not be attached
 * @param unmapped what would be unmapped, parts of larger mappings included
 * @param mapped what would be mapped
 * @param keptBytes bytes that would stay mapped throughout
 * @param unpinnedBytes bytes that the kernel would unpin
 * @param newlyPinnedBytes bytes that the kernel would pin: all that is mapped, if the device is the first whose pages
 *     the kernel pins
 * @param budget what the kernel has left
 */
public record Forecast(
        String plug,
        Plan before,
        Plan plan,
        List<Mapping> unmapped,
        List<Mapping> mapped,
        long keptBytes,
        long unpinnedBytes,
        long newlyPinnedBytes,
        Budget budget) {

    /** Checks that nothing is null and copies the lists. */
    public Forecast {
        Objects.requireNonNull(plug, "plug");
        Objects.requireNonNull(before, "before");
        Objects.requireNonNull(plan, "plan");
        unmapped = List.copyOf(unmapped);
        mapped = List.copyOf(mapped);
        Objects.requireNonNull(budget, "budget");
    }

    /** {@return whether the device would be attached: no policy refuses, and there is room for what is to be pinned} */
    public boolean accepted() {
        return plan.refusals().isEmpty() && budget.raiseFor(newlyPinnedBytes - unpinnedBytes).isEmpty();
    }
}

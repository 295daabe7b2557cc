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
 * @param keptBytes bytes that would stay mapped, or be back when it is done
 * @param unpinnedBytes bytes that the kernel would unpin
 * @param newlyPinnedBytes bytes that the kernel would pin: all that is mapped, if the device is the first whose pages
 *     the kernel pins
 * @param budget what the kernel has left
 * @param remappedBytes bytes of {@code keptBytes} that would be unmapped and mapped again
 * @param entries mappings that there would be in addition, less than 0 if there would be fewer
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
        Budget budget,
        long remappedBytes,
        long entries) {

    /** Checks that nothing is null and copies the lists. */
    public Forecast {
        Objects.requireNonNull(plug, "plug");
        Objects.requireNonNull(before, "before");
        Objects.requireNonNull(plan, "plan");
        unmapped = List.copyOf(unmapped);
        mapped = List.copyOf(mapped);
        Objects.requireNonNull(budget, "budget");
    }

    /**
     * Whether the device would be attached.
     *
     * @return whether no policy refuses, and there is room for what is to be pinned and for the mappings
     */
    public boolean accepted() {
        return plan.refusals().isEmpty()
                && budget.raiseFor(newlyPinnedBytes - unpinnedBytes).isEmpty()
                && budget.takes(entries);
    }
}

package org.pinion.api;

import java.util.List;
import java.util.Objects;

/**
 * What a change did to the installed mappings.
 *
 * @param plan the plan now in force
 * @param mapped what was mapped
 * @param unmapped what was unmapped, parts of larger mappings included
 * @param keptBytes bytes that stayed mapped, or were back when it was done
 * @param remappedBytes bytes of {@code keptBytes} that were unmapped and mapped again, since they lie in a mapping that
 *     the kernel can neither split nor keep pinned: devices missed them meanwhile
 */
public record CommitReport(
        Plan plan, List<Mapping> mapped, List<Mapping> unmapped, long keptBytes, long remappedBytes) {

    /**
     * A change that mapped nothing a second time.
     *
     * @param plan the plan now in force
     * @param mapped what was mapped
     * @param unmapped what was unmapped, parts of larger mappings included
     * @param keptBytes bytes that stayed mapped throughout
     */
    public CommitReport(Plan plan, List<Mapping> mapped, List<Mapping> unmapped, long keptBytes) {
        this(plan, mapped, unmapped, keptBytes, 0);
    }

    /** Checks that nothing is null and copies the lists. */
    public CommitReport {
        Objects.requireNonNull(plan, "plan");
        mapped = List.copyOf(mapped);
        unmapped = List.copyOf(unmapped);
    }
}

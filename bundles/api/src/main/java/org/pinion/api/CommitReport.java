package org.pinion.api;

import java.util.List;
import java.util.Objects;

/**
 * What a change did to the installed mappings.
 *
 * @param plan the plan now in force
 * @param mapped what was mapped
 * @param unmapped what was unmapped, parts of larger mappings included
 * @param keptBytes bytes that stayed mapped throughout
 */
public record CommitReport(Plan plan, List<Mapping> mapped, List<Mapping> unmapped, long keptBytes) {

    /** Checks that nothing is null and copies the lists. */
    public CommitReport {
        Objects.requireNonNull(plan, "plan");
        mapped = List.copyOf(mapped);
        unmapped = List.copyOf(unmapped);
    }
}

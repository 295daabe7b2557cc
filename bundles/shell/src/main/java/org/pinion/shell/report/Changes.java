package org.pinion.shell.report;

import org.pinion.api.CommitReport;
import org.pinion.api.Mapping;

/** What a change did to the mappings, in a line. */
public final class Changes {

    private Changes() {}

    /**
     * @param report what was done
     * @return how much was mapped, unmapped and kept
     */
    public static String of(CommitReport report) {
        String again = report.remappedBytes() == 0
                ? ""
                : ", of it %s mapped again".formatted(Sizes.of(report.remappedBytes()));
        return "%s mapped, %s unmapped, %s kept".formatted(
                        Sizes.sum(report.mapped().stream().map(Mapping::range)),
                        Sizes.sum(report.unmapped().stream().map(Mapping::range)),
                        Sizes.of(report.keptBytes()))
                + again;
    }
}

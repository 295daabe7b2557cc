package org.pinion.core.space;

import org.pinion.api.Decision;
import org.pinion.api.IommuException;
import org.pinion.api.Plan;
import org.pinion.api.SectionKind;
import org.pinion.api.SpaceOptions;

/** RAM that ends with the process must not be missing from a space that outlives it without anybody's knowing. */
final class LastingMemoryOnly {

    private static final String NO_ROUTE = "planner/no-route";

    private LastingMemoryOnly() {}

    static void require(String operation, SpaceOptions options, Plan plan) throws IommuException {
        if (!options.lasting()) {
            return;
        }
        for (Decision decision : plan.decisions()) {
            if (decision.rule().equals(NO_ROUTE) && decision.section().kind() == SectionKind.RAM) {
                throw new IommuException(
                        operation,
                        null,
                        decision.range(),
                        decision.section() + " would be missing: " + decision.reason(),
                        "put memory files (memfd) under RAM, or open a space that ends with the process",
                        null);
            }
        }
    }
}

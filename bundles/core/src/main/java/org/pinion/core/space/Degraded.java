package org.pinion.core.space;

import java.util.List;
import java.util.stream.Collectors;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.SpaceSnapshot;

/** Says that a change failed and could not be undone, and what is wrong now. */
final class Degraded {

    private static final int MISSING_NAMED = 5;

    private Degraded() {}

    /**
     * @param operation what was tried
     * @param failure what failed first
     * @param now the space as it is
     * @param unplanned attached devices that the plan in force was not made for
     */
    static IommuException of(String operation, IommuException failure, SpaceSnapshot now, List<String> unplanned) {
        return new IommuException(
                operation,
                failure.errno().orElse(null),
                failure.range().orElse(null),
                failure.why() + "; the space is degraded: " + wrong(now.missing(), unplanned),
                "commit again: that makes the mappings what the plan asks for",
                failure);
    }

    private static String wrong(List<Mapping> missing, List<String> unplanned) {
        if (missing.isEmpty()) {
            return unplanned.isEmpty()
                    ? "more may be mapped than the plan asks for"
                    : String.join(", ", unplanned) + " did not let itself be detached again";
        }
        String first = missing.stream()
                .limit(MISSING_NAMED)
                .map(mapping -> mapping.range().toString())
                .collect(Collectors.joining(", "));
        return "not mapped are: " + first + (missing.size() > MISSING_NAMED ? " and more" : "");
    }
}

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
     * @param misplaced which devices are not where the plan in force has them, a sentence each
     */
    static IommuException of(String operation, IommuException failure, SpaceSnapshot now, List<String> misplaced) {
        return new IommuException(
                operation,
                failure.errno().orElse(null),
                failure.range().orElse(null),
                failure.why() + "; the space is degraded: " + wrong(now.missing(), misplaced),
                "commit again: that makes the mappings what the plan asks for",
                failure);
    }

    private static String wrong(List<Mapping> missing, List<String> misplaced) {
        if (missing.isEmpty()) {
            return misplaced.isEmpty()
                    ? "more may be mapped than the plan asks for"
                    : String.join(", ", misplaced);
        }
        String first = missing.stream()
                .limit(MISSING_NAMED)
                .map(mapping -> mapping.range().toString())
                .collect(Collectors.joining(", "));
        return "not mapped are: " + first + (missing.size() > MISSING_NAMED ? " and more" : "");
    }
}

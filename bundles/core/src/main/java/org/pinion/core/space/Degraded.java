package org.pinion.core.space;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;

/** Says that a change failed and could not be undone, and what is wrong now. */
final class Degraded {

    private static final int NAMED = 5;

    private Degraded() {}

    /**
     * @param operation what was tried
     * @param failure what failed first
     * @param now the space as it is published
     * @param misplaced which devices are not where the plan in force has them, a sentence each
     */
    static IommuException of(String operation, IommuException failure, Publication now, List<String> misplaced) {
        return new IommuException(
                operation,
                failure.errno().orElse(null),
                failure.range().orElse(null),
                failure.why() + "; the space is degraded: " + wrong(now, misplaced),
                "commit again: that makes the mappings what the plan asks for",
                failure);
    }

    private static String wrong(Publication now, List<String> misplaced) {
        List<String> wrong = new ArrayList<>();
        if (!now.now().missing().isEmpty()) {
            wrong.add("not mapped are: " + named(now.now().missing()));
        }
        if (!now.doubtful().isEmpty()) {
            wrong.add("may still be mapped: " + named(now.doubtful()));
        }
        wrong.addAll(misplaced);
        return wrong.isEmpty() ? "more is mapped than the plan asks for" : String.join("; ", wrong);
    }

    private static String named(List<Mapping> mappings) {
        String first = mappings.stream()
                .limit(NAMED)
                .map(mapping -> mapping.range().toString())
                .collect(Collectors.joining(", "));
        return first + (mappings.size() > NAMED ? " and more" : "");
    }
}

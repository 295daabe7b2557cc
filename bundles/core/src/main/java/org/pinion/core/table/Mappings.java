package org.pinion.core.table;

import java.util.ArrayList;
import java.util.List;
import org.pinion.api.AddressRange;
import org.pinion.api.Decision;
import org.pinion.api.Mapping;
import org.pinion.api.Plan;

/** Lists of mappings, sorted by address and free of overlaps. */
public final class Mappings {

    private Mappings() {}

    /**
     * What a plan wants installed.
     *
     * @param plan a plan
     * @return its mappings, neighbours that continue each other joined, also across sections
     */
    public static List<Mapping> wantedBy(Plan plan) {
        List<Mapping> wanted = new ArrayList<>(plan.decisions().size());
        for (Decision decision : plan.decisions()) {
            if (decision.outcome() == Decision.Outcome.MAP) {
                append(wanted, decision.mapping().orElseThrow());
            }
        }
        return wanted;
    }

    /**
     * @param sorted mappings, sorted
     * @return the same, neighbours that continue each other joined: two tables that let a device reach the same bytes
     *     are then equal, however they came about
     */
    public static List<Mapping> joined(Iterable<Mapping> sorted) {
        List<Mapping> joined = new ArrayList<>();
        for (Mapping mapping : sorted) {
            append(joined, mapping);
        }
        return joined;
    }

    private static void append(List<Mapping> joined, Mapping next) {
        Mapping previous = joined.isEmpty() ? null : joined.getLast();
        if (previous != null && previous.continuedBy(next)) {
            AddressRange range =
                    new AddressRange(previous.range().start(), next.range().last());
            joined.set(joined.size() - 1, new Mapping(range, previous.access(), previous.route(), previous.backing()));
        } else {
            joined.add(next);
        }
    }
}

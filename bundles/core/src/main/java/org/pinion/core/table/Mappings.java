package org.pinion.core.table;

import java.util.ArrayList;
import java.util.List;
import org.pinion.api.Decision;
import org.pinion.api.Mapping;
import org.pinion.api.Plan;
import org.pinion.api.RangeList;

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
        return joined(wantedBy(plan.decisions()));
    }

    /**
     * What decisions want installed.
     *
     * @param decisions decisions, sorted
     * @return their mappings, one by one
     */
    public static List<Mapping> wantedBy(List<Decision> decisions) {
        List<Mapping> wanted = new ArrayList<>(decisions.size());
        for (Decision decision : decisions) {
            decision.mapping().ifPresent(wanted::add);
        }
        return wanted;
    }

    /**
     * @param sorted mappings, sorted
     * @return the same, neighbours that continue each other joined: two tables that let a device reach the same bytes
     *     are then equal, however they came about
     */
    public static List<Mapping> joined(Iterable<Mapping> sorted) {
        return RangeList.joined(sorted);
    }
}

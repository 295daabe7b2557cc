package org.pinion.core.table;

import java.util.ArrayList;
import java.util.List;
import org.pinion.api.AddressRange;
import org.pinion.api.Decision;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.Plan;
import org.pinion.api.RangeList;
import org.pinion.api.Route;

/**
 * Whether a plan wants the table that there is: the same bytes at the same addresses with the same access. By which
 * route they go does not matter.
 */
public final class SameTable {

    private static final int NAMED = 4;

    private SameTable() {}

    /**
     * @param operation what the plan is for
     * @param table what is installed, sorted
     * @param plan the plan
     * @param wanted what the plan wants, sorted
     * @throws IommuException if it is another table, with the addresses and the reasons
     */
    public static void require(String operation, RangeList<Mapping> table, Plan plan, RangeList<Mapping> wanted)
            throws IommuException {
        ChangeSet changes = Differ.diff(byAnyRoute(table), byAnyRoute(wanted), 1);
        if (changes.isEmpty()) {
            return;
        }
        List<Mapping> gone = changes.gone();
        List<Mapping> different = gone.isEmpty() ? changes.maps() : gone;
        String remedy = plan.at(different.getFirst().range().start()).map(Decision::remedy).orElse("");
        throw new IommuException(
                operation,
                null,
                different.getFirst().range(),
                "the table would be another: " + (gone.isEmpty() ? more(different) : less(gone, plan)),
                remedy.isEmpty() ? "take these addresses out of the view first" : remedy,
                null);
    }

    private static List<Mapping> byAnyRoute(RangeList<Mapping> mappings) {
        List<Mapping> any = new ArrayList<>(mappings.size());
        for (Mapping mapping : mappings) {
            any.add(new Mapping(mapping.range(), mapping.access(), Route.USER, mapping.backing()));
        }
        return Mappings.joined(any);
    }

    private static String less(List<Mapping> gone, Plan plan) {
        List<String> sentences = new ArrayList<>();
        for (Mapping mapping : gone.subList(0, Math.min(NAMED, gone.size()))) {
            sentences.add(less(mapping, plan));
        }
        return joined(sentences, gone.size());
    }

    private static String less(Mapping gone, Plan plan) {
        AddressRange range = gone.range();
        return plan.at(range.start())
                .map(decision -> decision.mapping()
                        .map(mapping -> "%s would show %s".formatted(range, mapping))
                        .orElseGet(() -> "%s of %s would be left out, since %s [%s]".formatted(
                                range, decision.section(), decision.reason(), decision.rule())))
                .orElseGet(() -> range + " would be left out, since no section shows there");
    }

    private static String more(List<Mapping> added) {
        List<String> sentences = new ArrayList<>();
        for (Mapping mapping : added.subList(0, Math.min(NAMED, added.size()))) {
            sentences.add(mapping.range() + " would be mapped too, to " + mapping.backing());
        }
        return joined(sentences, added.size());
    }

    private static String joined(List<String> sentences, int all) {
        String named = String.join("; ", sentences);
        return all <= NAMED ? named : named + "; and " + (all - NAMED) + " more";
    }
}

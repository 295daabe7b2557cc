package org.pinion.core.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pinion.api.AddressRange;
import org.pinion.api.Decision;
import org.pinion.api.Mapping;
import org.pinion.api.Trait;

/** Collects decisions in the order of their addresses and joins neighbours that say the same about one section. */
final class Decisions {

    private final List<Decision> decisions;

    Decisions(int expected) {
        decisions = new ArrayList<>(expected);
    }

    void add(Decision next) {
        Decision previous = decisions.isEmpty() ? null : decisions.getLast();
        if (previous != null && joins(previous, next)) {
            decisions.set(decisions.size() - 1, join(previous, next));
        } else {
            decisions.add(next);
        }
    }

    List<Decision> toList() {
        return decisions;
    }

    private static boolean joins(Decision a, Decision b) {
        return a.section() == b.section()
                && a.outcome() == b.outcome()
                && a.range().meets(b.range())
                && a.rule().equals(b.rule())
                && a.reason().equals(b.reason())
                && a.remedy().equals(b.remedy())
                && sameWords(a.traits(), b.traits())
                && mappingsJoin(a.mapping(), b.mapping());
    }

    private static boolean mappingsJoin(Optional<Mapping> a, Optional<Mapping> b) {
        return a.isEmpty() || a.get().continuedBy(b.orElseThrow());
    }

    private static boolean sameWords(List<Trait> a, List<Trait> b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (!TraitSweep.sameWords(a.get(i), b.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static Decision join(Decision a, Decision b) {
        AddressRange range = new AddressRange(a.range().start(), b.range().last());
        List<Trait> traits = a.traits().stream().map(trait -> trait.over(range)).toList();
        Optional<Mapping> mapping =
                a.mapping().map(first -> new Mapping(range, first.access(), first.route(), first.backing()));
        return new Decision(range, a.section(), a.outcome(), a.rule(), a.reason(), a.remedy(), traits, mapping);
    }
}

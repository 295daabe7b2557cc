package org.pinion.core.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.pinion.spi.policy.Candidate;
import org.pinion.spi.policy.Conflict;
import org.pinion.spi.policy.MappingPolicy;
import org.pinion.spi.policy.Verdict;

/** Asks every policy and merges what they say; used for one plan by one thread. */
final class Judge {

    private final List<Seat> seats;

    /** A policy, and the full names of the rules it has used: a million decisions share a few strings. */
    private record Seat(String name, MappingPolicy policy, Map<String, String> rules) {
        Judgement judge(Verdict verdict) {
            return Judgement.of(rules.computeIfAbsent(verdict.rule(), rule -> name + "/" + rule), verdict);
        }
    }

    Judge(List<NamedPolicy> sortedByName) {
        seats = new ArrayList<>(sortedByName.size());
        for (NamedPolicy named : sortedByName) {
            seats.add(new Seat(named.name(), named.policy(), new HashMap<>()));
        }
    }

    Judgement decide(Candidate candidate) {
        return merged(policy -> policy.decide(candidate));
    }

    Judgement conflict(Candidate candidate, Conflict conflict) {
        return merged(policy -> policy.conflict(candidate, conflict));
    }

    private Judgement merged(Function<MappingPolicy, Verdict> question) {
        Judgement merged = null;
        for (Seat seat : seats) {
            Judgement next = seat.judge(question.apply(seat.policy()));
            merged = merged == null ? next : merged.and(next);
        }
        return merged;
    }
}

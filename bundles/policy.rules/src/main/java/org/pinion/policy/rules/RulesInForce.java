package org.pinion.policy.rules;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which rules are in force, and what is refused: a value that follows from the configurations and from what was in
 * force before them.
 *
 * @param byPid the rules of each configuration; those of before where the configuration is wrong
 * @param refused what is wrong, by PID
 */
record RulesInForce(Map<String, RuleSet> byPid, Map<String, String> refused) {

    static final RulesInForce NONE = new RulesInForce(Map.of(), Map.of());

    RulesInForce {
        byPid = Map.copyOf(byPid);
        refused = Map.copyOf(refused);
    }

    /** What is in force after a change of configurations. */
    RulesInForce after(List<Configured> configurations) {
        Map<String, RuleSet> next = new TreeMap<>();
        Map<String, String> wrong = new TreeMap<>();
        Map<String, String> owners = new HashMap<>();
        for (Configured configuration : inOrder(configurations)) {
            try {
                RuleSet rules = RuleSetReader.read(configuration.properties());
                claim(rules, configuration, owners);
                next.put(configuration.pid(), rules);
            } catch (WrongRulesException e) {
                wrong.put(configuration.pid(), message(configuration, e));
                keep(configuration, next, owners);
            }
        }
        return new RulesInForce(next, wrong);
    }

    /** A name belongs to whoever has it; among those that are new, to the one that comes first in the alphabet. */
    private List<Configured> inOrder(List<Configured> configurations) {
        List<Configured> sorted = new ArrayList<>(configurations);
        sorted.sort(Comparator.<Configured, Boolean>comparing(known -> !byPid.containsKey(known.pid()))
                .thenComparing(Configured::pid));
        return sorted;
    }

    private static void claim(RuleSet rules, Configured configuration, Map<String, String> owners)
            throws WrongRulesException {
        String owner = owners.putIfAbsent(rules.policy(), configuration.place());
        if (owner != null) {
            throw new WrongRulesException(
                    "policy '%s' is what %s gives; take another name".formatted(rules.policy(), owner));
        }
    }

    private void keep(Configured configuration, Map<String, RuleSet> next, Map<String, String> owners) {
        RuleSet before = byPid.get(configuration.pid());
        if (before != null && owners.putIfAbsent(before.policy(), configuration.place()) == null) {
            next.put(configuration.pid(), before);
        }
    }

    private String message(Configured configuration, WrongRulesException wrong) {
        RuleSet before = byPid.get(configuration.pid());
        return "%s is refused: %s; %s".formatted(
                configuration.place(),
                wrong.getMessage(),
                before == null ? "it gives no policy" : "the rules that '" + before.policy() + "' had stay in force");
    }
}

package org.pinion.policy.rules;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

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
        Map<String, String> places =
                configurations.stream().collect(Collectors.toMap(Configured::pid, Configured::place));
        Map<String, RuleSet> next = new TreeMap<>();
        Map<String, String> wrong = new TreeMap<>();
        for (Configured configuration : configurations) {
            try {
                next.put(configuration.pid(), RuleSetReader.read(configuration.properties()));
            } catch (WrongRulesException e) {
                wrong.put(configuration.pid(), e.getMessage());
            }
        }
        refuseTakenNames(next, wrong, places);
        wrong.replaceAll((pid, reason) -> message(places.get(pid), reason, byPid.get(pid)));
        wrong.keySet().stream().filter(byPid::containsKey).forEach(pid -> next.put(pid, byPid.get(pid)));
        return new RulesInForce(next, wrong);
    }

    private void refuseTakenNames(Map<String, RuleSet> next, Map<String, String> wrong, Map<String, String> places) {
        Map<String, RuleSet> before = new HashMap<>(byPid);
        before.keySet().retainAll(places.keySet());
        Map<String, String> owners = new PolicyNames(names(before), names(next)).owners();
        next.entrySet().removeIf(claim -> {
            String policy = claim.getValue().policy();
            String owner = owners.get(policy);
            if (!owner.equals(claim.getKey())) {
                wrong.put(claim.getKey(), taken(policy, places.get(owner)));
            }
            return wrong.containsKey(claim.getKey());
        });
    }

    private static Map<String, String> names(Map<String, RuleSet> rules) {
        return rules.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().policy()));
    }

    private static String taken(String policy, String place) {
        return "policy '%s' is what %s gives; take another name".formatted(policy, place);
    }

    private static String message(String place, String reason, RuleSet before) {
        return "%s is refused: %s; %s".formatted(
                place,
                reason,
                before == null ? "it gives no policy" : "the rules that '" + before.policy() + "' had stay in force");
    }
}

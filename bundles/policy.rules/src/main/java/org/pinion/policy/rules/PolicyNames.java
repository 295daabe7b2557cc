package org.pinion.policy.rules;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which configuration gives the policy of a name: who has the name keeps it for as long as it wants it or is wrong, and
 * a free name goes to the first PID of the alphabet.
 */
final class PolicyNames {

    private final Map<String, String> held;
    private final Map<String, String> wanted;
    private final Set<String> staying = new TreeSet<>();

    /**
     * @param held the name that a configuration has, by PID
     * @param wanted the name that it is to have, by PID; of configurations that are wrong, none
     */
    PolicyNames(Map<String, String> held, Map<String, String> wanted) {
        this.held = held;
        this.wanted = new TreeMap<>(wanted);
        held.keySet().stream().filter(this::stays).forEach(staying::add);
    }

    private boolean stays(String pid) {
        return !wanted.containsKey(pid) || held.get(pid).equals(wanted.get(pid));
    }

    /** The PIDs by name. */
    Map<String, String> owners() {
        Map<String, String> owners = new TreeMap<>();
        staying.forEach(pid -> owners.put(held.get(pid), pid));
        boolean all = true;
        for (Map.Entry<String, String> claim : wanted.entrySet()) {
            String owner = owners.putIfAbsent(claim.getValue(), claim.getKey());
            all &= owner == null || owner.equals(claim.getKey()) || !staysToo(claim.getKey());
        }
        // Who does not get another name stays with its own, which may have gone to somebody meanwhile.
        return all ? owners : owners();
    }

    private boolean staysToo(String pid) {
        return held.containsKey(pid) && staying.add(pid);
    }
}

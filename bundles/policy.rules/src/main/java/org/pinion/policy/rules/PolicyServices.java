package org.pinion.policy.rules;

import java.util.Hashtable;
import java.util.Map;
import java.util.TreeMap;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.pinion.spi.policy.MappingPolicy;
import org.pinion.spi.policy.PolicyName;

/** The services by which policies are in force. Not safe for several threads. */
final class PolicyServices {

    private final BundleContext context;
    private final Map<String, Registered> registered = new TreeMap<>();

    private record Registered(RuleSet rules, ServiceRegistration<MappingPolicy> service) {}

    PolicyServices(BundleContext context) {
        this.context = context;
    }

    /** Makes the services those of some rules, by PID; what has not changed is left as it is. */
    void show(Map<String, RuleSet> rules) {
        Map<String, Registered> old = new TreeMap<>(registered);
        rules.forEach((pid, wanted) -> {
            Registered there = registered.get(pid);
            if (there == null || !there.rules().equals(wanted)) {
                registered.put(pid, new Registered(wanted, register(context, wanted)));
            } else {
                old.remove(pid);
            }
        });
        registered.keySet().retainAll(rules.keySet());
        // Last, so that there is no moment without a policy of the name.
        old.values().forEach(gone -> gone.service().unregister());
    }

    static ServiceRegistration<MappingPolicy> register(BundleContext context, RuleSet rules) {
        return context.registerService(
                MappingPolicy.class,
                new RulesPolicy(rules),
                new Hashtable<>(Map.of(
                        PolicyName.PROPERTY, rules.policy(), Constants.SERVICE_RANKING, rules.ranking())));
    }
}

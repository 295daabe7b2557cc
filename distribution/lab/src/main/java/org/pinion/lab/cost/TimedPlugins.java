package org.pinion.lab.cost;

import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.pinion.api.SpaceOptions;
import org.pinion.spi.backend.BackendType;
import org.pinion.spi.backend.IommuBackend;
import org.pinion.spi.memory.ClassifierName;
import org.pinion.spi.memory.MemoryClassifier;
import org.pinion.spi.policy.MappingPolicy;
import org.pinion.spi.policy.PolicyName;

/**
 * Plugins that look at the clock, as long as this is open: a backend and a policy that pass on what they are asked, and
 * classifiers that say nothing.
 */
final class TimedPlugins implements AutoCloseable {

    static final String POLICY = "strict";

    private static final String NAME = "timed";

    private final List<ServiceRegistration<?>> registrations = new ArrayList<>();

    TimedPlugins(BundleContext bundle, IommuBackend backend, MappingPolicy policy, Stopwatch watch) {
        register(bundle, IommuBackend.class, new TimedBackend(backend, watch), BackendType.PROPERTY, NAME);
        register(bundle, MappingPolicy.class, new TimedPolicy(policy, watch), PolicyName.PROPERTY, NAME);
        // Classifiers are asked in the order of their names.
        classifier(bundle, "0", watch, Moment.ASKED);
        classifier(bundle, "~", watch, Moment.CLASSIFIED);
    }

    private void classifier(BundleContext bundle, String name, Stopwatch watch, Moment moment) {
        MemoryClassifier classifier = _ -> {
            watch.pass(moment);
            return List.of();
        };
        register(bundle, MemoryClassifier.class, classifier, ClassifierName.PROPERTY, name);
    }

    private <T> void register(BundleContext bundle, Class<T> type, T plugin, String key, String name) {
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(key, name);
        registrations.add(bundle.registerService(type, plugin, properties));
    }

    /** {@return how a space is opened that is timed} */
    SpaceOptions options() {
        return new SpaceOptions("cost", NAME, List.of(NAME));
    }

    @Override
    public void close() {
        registrations.forEach(ServiceRegistration::unregister);
    }
}

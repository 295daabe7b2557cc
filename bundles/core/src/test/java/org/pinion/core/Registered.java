package org.pinion.core;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.Version;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.pinion.core.plugin.PluginKind;
import org.pinion.core.plugin.Supply;
import org.pinion.spi.backend.BackendType;
import org.pinion.spi.backend.IommuBackend;
import org.pinion.spi.memory.ClassifierName;
import org.pinion.spi.memory.MemoryClassifier;
import org.pinion.spi.policy.MappingPolicy;
import org.pinion.spi.policy.PolicyName;
import org.pinion.spi.source.MemorySource;
import org.pinion.spi.source.SourceType;

/** References of services as a framework hands them out, and the bundles behind them as far as the core asks. */
final class Registered {

    private static final AtomicLong IDS = new AtomicLong(100);

    private Registered() {}

    /** A service of a bundle that is stopping since it is updated. */
    static <T> ServiceReference<T> updated(String key, String name, String version) {
        return reference(key, name, bundle(version, true));
    }

    /** A service of a bundle that is stopping since somebody wants it stopped. */
    static <T> ServiceReference<T> stopped(String key, String name, String version) {
        return reference(key, name, bundle(version, false));
    }

    /** A service whose properties may change. */
    static <T> ServiceReference<T> changing(Map<String, Object> properties) {
        properties.put("service.id", IDS.incrementAndGet());
        return reference(properties, bundle("1.0.0", true));
    }

    /** A backend is registered that is made already. */
    static void backend(Microkernel core, IommuBackend service, ServiceReference<?> reference) {
        core.arrived(PluginKind.BACKEND, BackendType.PROPERTY, reference, made(service));
    }

    static void classifier(Microkernel core, MemoryClassifier service, ServiceReference<?> reference) {
        core.arrived(PluginKind.CLASSIFIER, ClassifierName.PROPERTY, reference, made(service));
    }

    static void policy(Microkernel core, MappingPolicy service, ServiceReference<?> reference) {
        core.arrived(PluginKind.POLICY, PolicyName.PROPERTY, reference, made(service));
    }

    static void source(Microkernel core, MemorySource service, ServiceReference<?> reference) {
        core.arrived(PluginKind.SOURCE, SourceType.PROPERTY, reference, made(service));
    }

    private static Supply made(Object service) {
        return new Supply() {
            @Override
            public Object get() {
                return service;
            }

            @Override
            public void unget() {
                // Nobody counts.
            }
        };
    }

    private static <T> ServiceReference<T> reference(String key, String name, Bundle bundle) {
        return reference(Map.of("service.id", IDS.incrementAndGet(), key, name), bundle);
    }

    private static <T> ServiceReference<T> reference(Map<String, Object> properties, Bundle bundle) {
        @SuppressWarnings("unchecked")
        ServiceReference<T> reference = (ServiceReference<T>) stand(ServiceReference.class, (_, method, arguments) ->
                method.getName().equals("getBundle") ? bundle : properties.get((String) arguments[0]));
        return reference;
    }

    private static Bundle bundle(String version, boolean autostart) {
        long id = IDS.incrementAndGet();
        Object start = stand(BundleStartLevel.class, (_, _, _) -> autostart);
        return (Bundle) stand(Bundle.class, (_, method, _) -> switch (method.getName()) {
            case "getSymbolicName" -> "org.plugin";
            case "getState" -> Bundle.STOPPING;
            case "getBundleId" -> id;
            case "adapt" -> start;
            case "getBundleContext" -> null;
            default -> Version.parseVersion(version);
        });
    }

    private static Object stand(Class<?> type, InvocationHandler answers) {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, answers);
    }
}

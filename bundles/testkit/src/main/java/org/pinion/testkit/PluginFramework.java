package org.pinion.testkit;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;

/** A framework in which bundles are resolved and none is started: it says of itself that it runs components. */
final class PluginFramework {

    /** What the launcher gives to bundles beside Pinion's own. */
    private static final String PACKAGES = "org.slf4j;version=\"2.0.20\","
            + "org.slf4j.event;version=\"2.0.20\",org.slf4j.helpers;version=\"2.0.20\","
            + "org.slf4j.spi;version=\"2.0.20\",org.osgi.service.component;version=\"1.5.1\","
            + "org.osgi.service.component.propertytypes;version=\"1.5.1\",org.osgi.service.cm;version=\"1.6.1\","
            + "org.osgi.service.event;version=\"1.4.1\","
            + "org.osgi.util.function;version=\"1.2.0\",org.osgi.util.promise;version=\"1.3.0\"";
    private static final String EXTENDER =
            "osgi.extender;osgi.extender=osgi.component;version:Version=\"1.5.1\"";
    private static final long STOP_MILLIS = 5_000;

    private final Framework framework;

    private PluginFramework(Framework framework) {
        this.framework = framework;
    }

    static PluginFramework start(Path storage) throws BundleException {
        Framework framework = ServiceLoader.load(FrameworkFactory.class)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no OSGi framework on the class path"))
                .newFramework(Map.of(
                        Constants.FRAMEWORK_STORAGE, storage.resolve("framework").toString(),
                        Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, PACKAGES,
                        Constants.FRAMEWORK_SYSTEMCAPABILITIES_EXTRA, EXTENDER,
                        "felix.log.level", "0"));
        framework.init();
        return new PluginFramework(framework);
    }

    Bundle install(Path jar) throws BundleException {
        return framework.getBundleContext().installBundle("reference:" + jar.toUri());
    }

    /** {@return what a bundle needs, or one that it needs, and nobody has; empty if it is resolved} */
    List<String> missing(Bundle bundle) {
        if (framework.adapt(FrameworkWiring.class).resolveBundles(List.of(bundle))) {
            return List.of();
        }
        List<String> missing = Stream.of(framework.getBundleContext().getBundles())
                .map(installed -> installed.adapt(BundleRevision.class))
                .flatMap(revision -> revision.getDeclaredRequirements(null).stream())
                .filter(wanted -> isMandatory(wanted) && !isProvided(wanted))
                .map(wanted -> wanted.getRevision().getSymbolicName() + " needs " + wanted)
                .toList();
        return missing.isEmpty() ? List.of("what it needs contradicts itself") : missing;
    }

    private static boolean isMandatory(BundleRequirement wanted) {
        String effective =
                wanted.getDirectives().getOrDefault(Constants.EFFECTIVE_DIRECTIVE, Constants.EFFECTIVE_RESOLVE);
        return effective.equals(Constants.EFFECTIVE_RESOLVE)
                && !Constants.RESOLUTION_OPTIONAL.equals(wanted.getDirectives().get(Constants.RESOLUTION_DIRECTIVE));
    }

    private boolean isProvided(BundleRequirement wanted) {
        return Stream.of(framework.getBundleContext().getBundles())
                .map(installed -> installed.adapt(BundleRevision.class))
                .flatMap(revision -> revision.getDeclaredCapabilities(wanted.getNamespace()).stream())
                .anyMatch(wanted::matches);
    }

    void stop() throws BundleException, InterruptedException {
        framework.stop();
        framework.waitForStop(STOP_MILLIS);
    }
}

package org.pinion.runtime;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.startlevel.BundleStartLevel;

/** Puts the installation's bundles into a framework that has not started yet. */
final class ShippedBundles {

    /** The framework reads such a jar where it lies, without a copy of its own. */
    private static final String BY_REFERENCE = "reference:file:";

    private final Installation installation;
    private final BundleContext context;
    private final Map<String, Bundle> leftOver = new HashMap<>();

    /** @param context of a framework whose storage may remember the bundles of an earlier start */
    ShippedBundles(Installation installation, BundleContext context) {
        this.installation = installation;
        this.context = context;
        for (Bundle bundle : context.getBundles()) {
            if (bundle.getLocation().startsWith(BY_REFERENCE)) {
                leftOver.put(bundle.getLocation(), bundle);
            }
        }
    }

    /** Makes the framework hold exactly the jars of some layers, beside what others have installed. */
    void install(List<Layer> layers) throws IOException, LaunchException {
        for (Layer layer : layers) {
            for (Path jar : jars(installation.bundles(layer))) {
                install(jar, layer);
            }
        }
        for (Bundle gone : leftOver.values()) {
            uninstall(gone);
        }
    }

    private void install(Path jar, Layer layer) throws IOException, LaunchException {
        String location = BY_REFERENCE + jar;
        try {
            Bundle known = leftOver.remove(location);
            if (known == null) {
                start(context.installBundle(location), layer);
            } else if (known.getLastModified() < Files.getLastModifiedTime(jar).toMillis()) {
                known.update();
            }
        } catch (BundleException failure) {
            throw LaunchException.failed(jar + " cannot be installed: " + Messages.of(failure));
        }
    }

    // The framework is not up: this marks the bundle to be started on its level. A bundle that an operator has stopped
    // in an earlier run stays marked as stopped.
    private static void start(Bundle bundle, Layer layer) throws BundleException {
        bundle.adapt(BundleStartLevel.class).setStartLevel(layer.startLevel());
        bundle.start(Bundle.START_ACTIVATION_POLICY);
    }

    private static void uninstall(Bundle bundle) throws LaunchException {
        try {
            bundle.uninstall();
        } catch (BundleException failure) {
            throw LaunchException.failed(bundle.getLocation() + " cannot be removed: " + Messages.of(failure));
        }
    }

    private static List<Path> jars(Path directory) throws IOException {
        List<Path> jars = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*.jar")) {
                found.forEach(jars::add);
            }
        }
        Collections.sort(jars);
        return jars;
    }
}

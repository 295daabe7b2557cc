package org.pinion.runtime;

import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CountDownLatch;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.framework.startlevel.FrameworkStartLevel;

/** An OSGi framework with Pinion in it, from before its first bundle starts until it is stopped. */
final class RunningFramework implements AutoCloseable {

    /** How long bundles get to stop; what has not ended by then ends with the process. */
    private static final long STOP_MILLIS = 30_000;

    private final Framework framework;
    private final StartFailures failures = new StartFailures();

    private RunningFramework(Framework framework) {
        this.framework = framework;
    }

    /** Makes the framework; no bundle runs yet. */
    static RunningFramework init(Map<String, String> settings) throws LaunchException {
        FrameworkFactory factory = ServiceLoader.load(FrameworkFactory.class)
                .findFirst()
                .orElseThrow(() -> LaunchException.failed("there is no OSGi framework in lib/"));
        RunningFramework running = new RunningFramework(factory.newFramework(settings));
        try {
            running.framework.init();
            running.context().addFrameworkListener(running.failures);
            return running;
        } catch (BundleException failure) {
            throw LaunchException.failed("the framework does not start: " + Messages.of(failure));
        }
    }

    BundleContext context() {
        return framework.getBundleContext();
    }

    /** Starts the bundles up to the beginning start level; afterwards {@link #failures()} is complete. */
    void start() throws LaunchException, InterruptedException {
        try {
            framework.start();
            failures.awaitStarted();
        } catch (BundleException failure) {
            throw LaunchException.failed("the framework does not start: " + Messages.of(failure));
        }
    }

    /** The bundles that refused to start, with what they said. */
    Map<Bundle, BundleException> failures() {
        return failures.byBundle();
    }

    /** Starts one more layer, and waits until it is up. */
    void startLayer(Layer layer) throws InterruptedException {
        CountDownLatch reached = new CountDownLatch(1);
        framework.adapt(FrameworkStartLevel.class).setStartLevel(layer.startLevel(), event -> reached.countDown());
        reached.await();
    }

    /** All bundles but the framework itself. */
    List<Bundle> bundles() {
        List<Bundle> all = List.of(context().getBundles());
        return all.subList(1, all.size());
    }

    /** Waits until somebody stops the framework. */
    void awaitStop() throws InterruptedException {
        FrameworkEvent event;
        do {
            event = framework.waitForStop(0);
        } while (event.getType() == FrameworkEvent.STOPPED_UPDATE);
    }

    /** Stops every bundle; closing twice does nothing. */
    @Override
    public void close() throws LaunchException {
        try {
            framework.stop();
            if (framework.waitForStop(STOP_MILLIS).getType() == FrameworkEvent.WAIT_TIMEDOUT) {
                throw LaunchException.failed("bundles are still stopping after " + STOP_MILLIS / 1000 + " s");
            }
        } catch (BundleException failure) {
            throw LaunchException.failed("the framework does not stop: " + Messages.of(failure));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}

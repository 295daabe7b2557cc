package org.pinion.runtime;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Collects what goes wrong while the framework starts, and logs what goes wrong afterwards. */
final class StartFailures implements FrameworkListener {

    private static final Logger LOG = LoggerFactory.getLogger(StartFailures.class);

    /** The framework is up when this time begins: it covers the delivery of an event, not the start of bundles. */
    private static final long DELIVERY_SECONDS = 10;

    private final Map<Bundle, BundleException> byBundle = new LinkedHashMap<>();
    private final CountDownLatch started = new CountDownLatch(1);

    // The framework delivers one event after the other: whoever has seen STARTED has seen every failure before it.
    @Override
    public synchronized void frameworkEvent(FrameworkEvent event) {
        if (event.getType() == FrameworkEvent.STARTED) {
            started.countDown();
        } else if (event.getThrowable() instanceof BundleException failure && started.getCount() > 0) {
            byBundle.putIfAbsent(event.getBundle(), failure);
        } else if (event.getType() == FrameworkEvent.ERROR || event.getType() == FrameworkEvent.WARNING) {
            LOG.warn("{}: {}", event.getBundle(), String.valueOf(event.getThrowable()));
        }
    }

    void awaitStarted() throws InterruptedException, LaunchException {
        if (!started.await(DELIVERY_SECONDS, TimeUnit.SECONDS)) {
            throw LaunchException.failed("the framework has started, and does not say so");
        }
    }

    synchronized Map<Bundle, BundleException> byBundle() {
        return new LinkedHashMap<>(byBundle);
    }
}

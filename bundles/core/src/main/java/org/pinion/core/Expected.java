package org.pinion.core;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;

/**
 * Services that left and are likely to be back, by bundle. A framework may stop a bundle that is uninstalled as it
 * stops one that is updated (Equinox does): then only the end of the bundle tells that they are not.
 */
final class Expected implements SynchronousBundleListener {

    private final Map<Long, Collection<Runnable>> byBundle = new ConcurrentHashMap<>();

    /** A service of a bundle left; if the bundle is uninstalled before it has started again, an action is run. */
    void left(Bundle bundle, Runnable gone) {
        byBundle.computeIfAbsent(bundle.getBundleId(), _ -> new ConcurrentLinkedQueue<>()).add(gone);
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        switch (event.getType()) {
            case BundleEvent.STARTED -> take(event.getBundle(), _ -> {});
            case BundleEvent.UNINSTALLED -> take(event.getBundle(), Runnable::run);
            default -> {
                // Between an update's stop and start nothing is decided.
            }
        }
    }

    private void take(Bundle bundle, Consumer<Runnable> each) {
        Collection<Runnable> left = byBundle.remove(bundle.getBundleId());
        (left == null ? List.<Runnable>of() : left).forEach(each);
    }
}

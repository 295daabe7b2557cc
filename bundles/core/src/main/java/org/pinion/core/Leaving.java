package org.pinion.core;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.startlevel.BundleStartLevel;

/** What can be told of a service that leaves. */
final class Leaving {

    private Leaving() {}

    /**
     * Whether something is likely to take the place of a service that is being unregistered. A bundle that is updated,
     * refreshed or overwritten is stopped too, but keeps its autostart setting meanwhile (Bundle.update, Bundle.stop of
     * OSGi Core); one that an operator stops has lost it before its services go. So has one that is uninstalled, but
     * not in every framework: in others its end alone tells ({@link Expected}). A bundle that is not being stopped at
     * all takes in a configuration.
     *
     * @param bundle the service's bundle; null if it is gone
     */
    static boolean isReplaced(Bundle bundle) {
        if (bundle == null || bundle.getState() == Bundle.UNINSTALLED) {
            return false;
        }
        if (isFrameworkStopping(bundle)) {
            return false;
        }
        BundleStartLevel start = bundle.adapt(BundleStartLevel.class);
        return bundle.getState() == Bundle.ACTIVE || start != null && start.isPersistentlyStarted();
    }

    /** Whether all of the framework stops, and the process with it. */
    static boolean isFrameworkStopping(Bundle bundle) {
        BundleContext context = bundle.getBundleContext();
        return context != null && context.getBundle(0).getState() == Bundle.STOPPING;
    }
}

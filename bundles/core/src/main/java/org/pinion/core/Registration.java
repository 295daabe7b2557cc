package org.pinion.core;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.pinion.core.plugin.Supply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registered service of a plugin.
 *
 * @param own the core's bundle, which uses the service
 * @param reference the service's
 */
record Registration(Bundle own, ServiceReference<?> reference) implements Supply {

    private static final Logger LOG = LoggerFactory.getLogger(Registration.class);

    @Override
    public Object get() {
        return own.getBundleContext().getService(reference);
    }

    @Override
    public void unget() {
        BundleContext context = own.getBundleContext();
        try {
            if (context != null) {
                context.ungetService(reference);
            }
        } catch (IllegalStateException stopped) {
            LOG.debug("with the core's bundle the framework gave back all that it used: {}", stopped.getMessage());
        }
    }
}

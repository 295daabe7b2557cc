package org.pinion.core;

import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceListener;
import org.osgi.framework.ServiceReference;

/**
 * Sees Kernel services come and go, of which the core knows no more than that descriptors belong to one: it must not be
 * exchanged while address spaces are open. Nobody can keep a bundle from leaving, so all that can be done is to say at
 * once what has become of the spaces.
 */
final class KernelWatch implements ServiceListener {

    /** The property by which Kernel services are known. */
    static final String TYPE = "org.pinion.kernel.type";

    private final Bundle own;
    private final Spaces spaces;

    /**
     * @param own the core's bundle, which is told of the end of all as others are
     * @param spaces told what becomes of them
     */
    KernelWatch(Bundle own, Spaces spaces) {
        this.own = own;
        this.spaces = spaces;
    }

    @Override
    public void serviceChanged(ServiceEvent event) {
        ServiceReference<?> kernel = event.getServiceReference();
        if (event.getType() == ServiceEvent.REGISTERED) {
            spaces.backends().kernelArrived();
        } else if (event.getType() == ServiceEvent.UNREGISTERING && !Leaving.isEndOfAll(own)) {
            spaces.backends().kernelLeft("the %s Kernel service of bundle %s left"
                    .formatted(kernel.getProperty(TYPE), nameOf(kernel.getBundle())));
        }
    }

    private static String nameOf(Bundle bundle) {
        return bundle == null ? "(gone)" : bundle.getSymbolicName() + " " + bundle.getVersion();
    }
}

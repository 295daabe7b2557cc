package org.pinion.linux.ffm;

import java.util.Hashtable;
import java.util.Map;
import org.osgi.annotation.bundle.Capability;
import org.osgi.annotation.bundle.Header;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.pinion.linux.DescriptorStore;
import org.pinion.linux.Kernel;
import org.pinion.linux.notify.ServiceManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Offers the kernel of the machine and what keeps files beyond the process, unless the framework property
 * {@value #CHOICE} asks for the emulated one. Where there is no kernel to offer the bundle starts all the same: its
 * interfaces and readers are needed with any kernel.
 */
@Header(name = Constants.BUNDLE_ACTIVATOR, value = "${@class}")
@Capability(
        namespace = "osgi.service",
        attribute = "objectClass:List<String>='org.pinion.linux.Kernel'",
        uses = Kernel.class,
        effective = "active")
@Capability(
        namespace = "osgi.service",
        attribute = "objectClass:List<String>='org.pinion.linux.DescriptorStore'",
        uses = DescriptorStore.class,
        effective = "active")
public final class NativeKernelActivator implements BundleActivator {

    /** The framework property: {@value Kernel#NATIVE}, which is the default, or {@value Kernel#EMULATED}. */
    static final String CHOICE = "org.pinion.kernel";

    private static final Logger LOG = LoggerFactory.getLogger(NativeKernelActivator.class);

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the framework property has a value that means nothing
     */
    @Override
    public void start(BundleContext context) {
        String choice = context.getProperty(CHOICE);
        switch (choice == null ? Kernel.NATIVE : choice) {
            case Kernel.NATIVE -> offer(context);
            case Kernel.EMULATED -> LOG.debug("{} is {}: no native kernel is offered", CHOICE, choice);
            default -> throw new IllegalArgumentException("framework property %s is '%s'; it must be '%s' or '%s'"
                    .formatted(CHOICE, choice, Kernel.NATIVE, Kernel.EMULATED));
        }
    }

    private static void offer(BundleContext context) {
        NativeKernel.obstacle().ifPresentOrElse(NativeKernelActivator::explain, () -> register(context));
    }

    private static void explain(String obstacle) {
        LOG.warn("there is no native kernel: {}. Framework property {}={} chooses the emulated one",
                obstacle, CHOICE, Kernel.EMULATED);
    }

    private static void register(BundleContext context) {
        NativeKernel kernel = new NativeKernel();
        context.registerService(DescriptorStore.class, new ServiceManager(kernel), new Hashtable<>());
        context.registerService(Kernel.class, kernel, new Hashtable<>(Map.of(Kernel.TYPE_PROPERTY, Kernel.NATIVE)));
        LOG.info("the kernel is {}", kernel.description());
    }

    /** Does nothing: the framework takes the service back. */
    @Override
    public void stop(BundleContext context) {}
}

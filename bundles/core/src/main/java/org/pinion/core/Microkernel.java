package org.pinion.core;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.event.EventAdmin;
import org.osgi.service.event.EventConstants;
import org.osgi.service.event.EventHandler;
import org.osgi.service.metatype.annotations.Designate;
import org.pinion.core.plugin.BoundedCalls;
import org.pinion.core.plugin.Guard;
import org.pinion.core.plugin.Plugin;
import org.pinion.core.plugin.PluginKind;
import org.pinion.core.plugin.PluginListener;
import org.pinion.core.plugin.PluginPlanMaker;
import org.pinion.core.plugin.PluginRegistry;
import org.pinion.core.plugin.PluginServices;
import org.pinion.core.plugin.SlowCalls;
import org.pinion.core.plugin.Supply;
import org.pinion.spi.backend.BackendType;
import org.pinion.spi.backend.IommuBackend;
import org.pinion.spi.holder.HeldSpace;
import org.pinion.spi.holder.SpaceHolder;
import org.pinion.spi.holder.SpaceKeeper;
import org.pinion.spi.memory.ClassifierName;
import org.pinion.spi.memory.MemoryClassifier;
import org.pinion.spi.policy.MappingPolicy;
import org.pinion.spi.policy.PolicyName;
import org.pinion.spi.source.MemorySource;
import org.pinion.spi.source.SourceType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Binds plugins, configuration and EventAdmin to the core. Immediate, and never activated anew for a change of
 * configuration: its deactivation closes every address space, unless its bundle
 * is being replaced.
 */
@Component(service = Microkernel.class, immediate = true, configurationPid = "org.pinion.core")
@Designate(ocd = CoreConfiguration.class)
public final class Microkernel {

    private static final Logger LOG = LoggerFactory.getLogger(Microkernel.class);

    private final Settings settings = new Settings();
    private final EventPoster events = new EventPoster();
    /**
     * One thread follows up what comes and goes, in that order; the service registry's own threads are never kept. What
     * comes and goes while the core stops is of no interest any more.
     */
    private final ThreadPoolExecutor executor = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("pinion-core").factory(),
            new ThreadPoolExecutor.DiscardPolicy());

    private final Guard guard = new Guard(settings::pluginBudget);
    private final PluginRegistry registry;
    private final PluginServices services;
    private final BoundedCalls calls;
    private final Spaces spaces;
    private final KernelWatch kernels;
    private final SlowCalls slowCalls;

    private final Expected expected = new Expected();
    private final Bundle own;
    private final AtomicReference<SpaceHolder> holder = new AtomicReference<>();
    private final AtomicReference<SpaceKeeper> keeper = new AtomicReference<>();
    private volatile boolean begun;

    /**
     * @param context tells why the core's own bundle stops
     * @param configuration the configured times
     * @throws InvalidSyntaxException never
     */
    @Activate
    public Microkernel(BundleContext context, CoreConfiguration configuration) throws InvalidSyntaxException {
        this(context.getBundle(), configuration);
        context.addBundleListener(expected);
        context.addServiceListener(kernels, "(" + KernelWatch.TYPE + "=*)");
    }

    Microkernel(Bundle own, CoreConfiguration configuration) {
        this.own = own;
        registry = new PluginRegistry(guard, events, executor, new PluginListener() {
            @Override
            public Runnable plansMayChange(String cause) {
                return spaces.planningAnew(cause);
            }

            @Override
            public void backendLeft(Plugin backend, boolean replaced) {
                spaces.backends().left(backend, replaced);
            }

            @Override
            public void backendGone(long id) {
                spaces.backends().gone(id);
            }

            @Override
            public void backendArrived(Plugin backend) {
                spaces.backends().arrived(backend);
            }
        }, settings::replacementWait);
        services = new PluginServices(guard, registry, executor);
        calls = new BoundedCalls(guard, registry);
        spaces = new Spaces(registry, calls, new PluginPlanMaker(registry, guard), events, settings);
        kernels = new KernelWatch(own, spaces);
        slowCalls = new SlowCalls(registry.underWay(), events, settings::writerWait);
        configure(configuration);
        slowCalls.start();
    }

    @Modified
    void configure(CoreConfiguration configuration) {
        settings.set(
                configuration.plugin_budget(),
                configuration.source_budget(),
                configuration.writer_wait(),
                configuration.replacement_wait());
    }

    /** Goes on with the spaces of another core or process, when all plugins that are there are bound. */
    @Activate
    void begin() {
        SpaceHolder present = holder.get();
        goOnWith(present == null ? List.of() : present.take(), "the core was replaced");
        begun = true;
        goOnFromFormerProcess();
    }

    /** Whoever asks a keeper first gets what it has: coming here twice does no harm. */
    private void goOnFromFormerProcess() {
        SpaceKeeper present = keeper.get();
        if (begun && present != null) {
            goOnWith(present.take(), "the process was restarted");
        }
    }

    private void goOnWith(List<HeldSpace> held, String cause) {
        if (!held.isEmpty()) {
            spaces.goOnWith(held);
            executor.execute(spaces.planningAnew(cause));
        }
    }

    /** Spaces outlive the core if its bundle is replaced and somebody holds them meanwhile. */
    @Deactivate
    void stop() {
        executor.shutdownNow();
        if (own != null && own.getBundleContext() != null) {
            own.getBundleContext().removeBundleListener(expected);
            own.getBundleContext().removeServiceListener(kernels);
        }
        registry.stop();
        SpaceHolder present = holder.get();
        if (present != null && Leaving.isReplaced(own)) {
            spaces.holdAll(present);
        } else if (Leaving.isEndOfAll(own)) {
            spaces.leaveAll();
        } else {
            spaces.closeAll();
        }
        slowCalls.stop();
        guard.renew();
    }

    Spaces spaces() {
        return spaces;
    }

    PluginRegistry registry() {
        return registry;
    }

    BoundedCalls calls() {
        return calls;
    }

    Settings settings() {
        return settings;
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void bindEventAdmin(EventAdmin admin) {
        events.use(admin);
    }

    void unbindEventAdmin(EventAdmin admin) {
        events.forget(admin);
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void bindHolder(SpaceHolder arrived) {
        holder.set(arrived);
    }

    void unbindHolder(SpaceHolder leaving) {
        holder.compareAndSet(leaving, null);
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void bindKeeper(SpaceKeeper arrived) {
        keeper.set(arrived);
        spaces.keepWith(arrived);
        goOnFromFormerProcess();
    }

    void unbindKeeper(SpaceKeeper leaving) {
        keeper.compareAndSet(leaving, null);
        spaces.keepNoLongerWith(leaving);
    }

    /** Whoever listens is not called from here, so its service is not asked for, which might make it. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindEventHandler(ServiceReference<EventHandler> listener) {
        events.listeners().put(idOf(listener), listener.getProperty(EventConstants.EVENT_TOPIC));
    }

    void updatedEventHandler(ServiceReference<EventHandler> listener) {
        events.listeners().put(idOf(listener), listener.getProperty(EventConstants.EVENT_TOPIC));
    }

    void unbindEventHandler(ServiceReference<EventHandler> listener) {
        events.listeners().remove(idOf(listener));
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindBackend(ServiceReference<IommuBackend> reference) {
        arrived(PluginKind.BACKEND, BackendType.PROPERTY, reference, supply(reference));
    }

    void updatedBackend(ServiceReference<IommuBackend> reference) {
        changed(PluginKind.BACKEND, BackendType.PROPERTY, reference, supply(reference));
    }

    void unbindBackend(ServiceReference<IommuBackend> reference) {
        left(PluginKind.BACKEND, reference);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindClassifier(ServiceReference<MemoryClassifier> reference) {
        arrived(PluginKind.CLASSIFIER, ClassifierName.PROPERTY, reference, supply(reference));
    }

    void updatedClassifier(ServiceReference<MemoryClassifier> reference) {
        changed(PluginKind.CLASSIFIER, ClassifierName.PROPERTY, reference, supply(reference));
    }

    void unbindClassifier(ServiceReference<MemoryClassifier> reference) {
        left(PluginKind.CLASSIFIER, reference);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindPolicy(ServiceReference<MappingPolicy> reference) {
        arrived(PluginKind.POLICY, PolicyName.PROPERTY, reference, supply(reference));
    }

    void updatedPolicy(ServiceReference<MappingPolicy> reference) {
        changed(PluginKind.POLICY, PolicyName.PROPERTY, reference, supply(reference));
    }

    void unbindPolicy(ServiceReference<MappingPolicy> reference) {
        left(PluginKind.POLICY, reference);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindSource(ServiceReference<MemorySource> reference) {
        arrived(PluginKind.SOURCE, SourceType.PROPERTY, reference, supply(reference));
    }

    void updatedSource(ServiceReference<MemorySource> reference) {
        changed(PluginKind.SOURCE, SourceType.PROPERTY, reference, supply(reference));
    }

    void unbindSource(ServiceReference<MemorySource> reference) {
        left(PluginKind.SOURCE, reference);
    }

    /** The service is not asked for on this thread, which may be the core's own activation: that might make it. */
    void arrived(PluginKind kind, String nameKey, ServiceReference<?> reference, Supply supply) {
        plugin(kind, nameKey, reference).ifPresent(plugin -> services.arrived(plugin, supply));
    }

    /** Its ranking, name or configuration is another one; without a name it is used no more. */
    private void changed(PluginKind kind, String nameKey, ServiceReference<?> reference, Supply supply) {
        plugin(kind, nameKey, reference)
                .ifPresentOrElse(
                        plugin -> services.changed(plugin, supply),
                        () -> services.left(kind, idOf(reference), false));
    }

    private Supply supply(ServiceReference<?> reference) {
        return new Registration(own, reference);
    }

    private static Optional<Plugin> plugin(PluginKind kind, String nameKey, ServiceReference<?> reference) {
        if (!(reference.getProperty(nameKey) instanceof String name)) {
            LOG.warn("a {} of bundle {} has no property {} and is not used", kind.word(), bundleOf(reference), nameKey);
            return Optional.empty();
        }
        return Optional.of(new Plugin(kind, name, bundleOf(reference), idOf(reference), rankingOf(reference)));
    }

    private void left(PluginKind kind, ServiceReference<?> reference) {
        Bundle bundle = reference.getBundle();
        long id = idOf(reference);
        boolean replaced = Leaving.isReplaced(bundle);
        if (replaced) {
            expected.left(bundle, () -> registry.gone(kind, id));
        }
        services.left(kind, id, replaced);
    }

    Expected expected() {
        return expected;
    }

    KernelWatch kernels() {
        return kernels;
    }

    private static long idOf(ServiceReference<?> reference) {
        return (Long) reference.getProperty(Constants.SERVICE_ID);
    }

    /** A ranking that is no Integer counts as 0, as the framework itself takes it. */
    private static int rankingOf(ServiceReference<?> reference) {
        return reference.getProperty(Constants.SERVICE_RANKING) instanceof Integer ranking ? ranking : 0;
    }

    private static String bundleOf(ServiceReference<?> reference) {
        Bundle bundle = reference.getBundle();
        return bundle == null ? "(gone)" : bundle.getSymbolicName() + " " + bundle.getVersion();
    }
}

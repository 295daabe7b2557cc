package org.pinion.core.plugin;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.pinion.api.IommuException;

/**
 * Gets the services of plugins, on threads of the guard: whoever says that one is there waits for no longer than the
 * budget, whatever its constructor does. One that is not made in time, or not at all, takes its seat in quarantine; if
 * it comes after all it is tried out then.
 */
public final class PluginServices {

    private final Map<PluginRegistry.Key, Fetch> fetches = new ConcurrentHashMap<>();
    private final Guard guard;
    private final PluginRegistry registry;
    private final Executor executor;

    /** One attempt to get a service; what came of it ends with the attempt that follows or the service's departure. */
    private static final class Fetch {

        private final Supply supply;
        private final CompletableFuture<Object> made = new CompletableFuture<>();
        private volatile Plugin plugin;

        Fetch(Plugin plugin, Supply supply) {
            this.plugin = plugin;
            this.supply = supply;
        }

        Object get() {
            try {
                Object service = supply.get();
                // Whoever waited may have given it up; what follows when it comes late is not to be cut short for that.
                Thread.interrupted();
                if (service == null) {
                    throw new PluginFailure(plugin, "its bundle gave none, the log says why", null);
                }
                made.complete(service);
                return service;
            } finally {
                made.cancel(false);
            }
        }

        boolean failed() {
            return made.isCompletedExceptionally();
        }
    }

    /**
     * @param guard runs what makes services
     * @param registry is told what arrived
     * @param executor the core's own thread; what comes late arrives there
     */
    public PluginServices(Guard guard, PluginRegistry registry, Executor executor) {
        this.guard = guard;
        this.registry = registry;
        this.executor = executor;
    }

    /**
     * A service was registered. Returns when it is made and has arrived, or is in quarantine.
     *
     * @param plugin the plugin, without its service
     * @param supply where that comes from
     */
    public void arrived(Plugin plugin, Supply supply) {
        Fetch fetch = new Fetch(plugin, supply);
        fetches.put(PluginRegistry.keyOf(plugin), fetch);
        get(fetch);
    }

    /**
     * A service's properties or configuration changed in place. One that could not be made is made again.
     *
     * @param plugin the plugin as it is now, without its service
     * @param supply where that comes from
     */
    public void changed(Plugin plugin, Supply supply) {
        Fetch known = fetches.get(PluginRegistry.keyOf(plugin));
        if (known == null || known.failed()) {
            arrived(plugin, supply);
            return;
        }
        known.plugin = plugin;
        Object service = known.made.getNow(null);
        if (service != null) {
            registry.changed(plugin.with(service));
        }
    }

    /**
     * A service is being unregistered. It is given back at once, or when it is made after all.
     *
     * @param kind its kind
     * @param id its service id
     * @param replaced whether it, or another bundle, is likely to be back soon
     */
    public void left(PluginKind kind, long id, boolean replaced) {
        Fetch fetch = fetches.remove(new PluginRegistry.Key(kind, id));
        registry.left(kind, id, replaced);
        if (fetch != null) {
            fetch.made.thenRun(fetch.supply::unget);
        }
    }

    private void get(Fetch fetch) {
        Watch watch = new Watch();
        Object service;
        try {
            service = guard.run(
                    "pinion-make-" + fetch.plugin.name(),
                    watch,
                    () -> BoundedCalls.watched(watch, fetch.plugin, fetch::get));
        } catch (PluginFailure | IommuException failure) {
            seat(fetch, new Unmade(failure.getMessage(), () -> getAgain(fetch)));
            fetch.made.thenAcceptAsync(late -> seat(fetch, late), executor);
            return;
        }
        seat(fetch, service);
    }

    private void getAgain(Fetch fetch) {
        Fetch next = new Fetch(fetch.plugin, fetch.supply);
        if (fetch.failed() && fetches.replace(PluginRegistry.keyOf(fetch.plugin), fetch, next)) {
            get(next);
        }
    }

    private void seat(Fetch fetch, Object service) {
        Plugin plugin = fetch.plugin;
        if (isCurrent(fetch)) {
            registry.arrived(plugin.with(service));
        }
        // It may have left when it had no seat yet.
        if (!fetches.containsKey(PluginRegistry.keyOf(plugin))) {
            registry.left(plugin.kind(), plugin.id(), false);
        }
    }

    private boolean isCurrent(Fetch fetch) {
        return fetches.get(PluginRegistry.keyOf(fetch.plugin)) == fetch;
    }
}

package org.pinion.core.plugin;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.pinion.core.space.PluginAway;

/**
 * Classifiers and policies whose bundles are being replaced. Plans wait for them, each for a bounded time: without
 * them, memory would be taken away from devices only to be given back a moment later.
 */
final class Absences {

    private final Map<Name, Absence> absences = new ConcurrentHashMap<>();
    private final Supplier<Duration> longest;
    private volatile boolean ended;

    private record Name(PluginKind kind, String name) {

        static Name of(Plugin plugin) {
            return new Name(plugin.kind(), plugin.name());
        }
    }

    private record Absence(Plugin plugin, long until, CountDownLatch over, Runnable otherwise) {}

    /**
     * @param longest how long a plugin is waited for, asked each time
     */
    Absences(Supplier<Duration> longest) {
        this.longest = longest;
    }

    /** A plugin left and is likely to be replaced; if it is not in time, an action is run. */
    void begin(Plugin plugin, Runnable otherwise) {
        if (ended) {
            return;
        }
        long nanos = longest.get().toNanos();
        Absence absence = new Absence(plugin, System.nanoTime() + nanos, new CountDownLatch(1), otherwise);
        Absence before = absences.put(Name.of(plugin), absence);
        if (before != null) {
            before.over.countDown();
        }
        Thread.ofVirtual().name("pinion-absence").start(() -> watch(absence, nanos));
    }

    private void watch(Absence absence, long nanos) {
        try {
            if (!absence.over.await(nanos, TimeUnit.NANOSECONDS)) {
                giveUp(absence);
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private void giveUp(Absence absence) {
        if (absences.remove(Name.of(absence.plugin), absence)) {
            absence.over.countDown();
            absence.otherwise.run();
        }
    }

    /** A plugin that left is not replaced after all; nothing happens if another one is waited for, or none. */
    void giveUp(PluginKind kind, long id) {
        for (Absence absence : absences.values()) {
            if (absence.plugin.kind() == kind && absence.plugin.id() == id) {
                giveUp(absence);
            }
        }
    }

    /**
     * A plugin arrived.
     *
     * @return whether it was waited for
     */
    boolean end(Plugin plugin) {
        Absence absence = absences.remove(Name.of(plugin));
        if (absence != null) {
            absence.over.countDown();
        }
        return absence != null;
    }

    /** Nobody is waited for any more: a core that has stopped lets go of plugins that stay. */
    void endAll() {
        ended = true;
        absences.values().forEach(absence -> absence.over.countDown());
        absences.clear();
    }

    /** Throws if a plugin is away that plans need: any classifier, or a policy of one of these names. */
    void requireNone(String operation, Collection<String> policies) throws PluginAway {
        for (Absence absence : absences.values()) {
            Plugin plugin = absence.plugin;
            if (plugin.kind() == PluginKind.CLASSIFIER || policies.contains(plugin.name())) {
                throw new PluginAway(operation, plugin.toString(), absence.over, absence.until);
            }
        }
    }
}

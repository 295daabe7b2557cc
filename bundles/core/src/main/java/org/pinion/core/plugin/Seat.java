package org.pinion.core.plugin;

import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import org.pinion.api.runtime.PluginInfo;
import org.pinion.spi.backend.Availability;

/** What the registry remembers of one plugin: how its trial went, how often it has failed since. */
final class Seat {

    private static final AtomicLong EDITIONS = new AtomicLong();

    private final long edition = EDITIONS.incrementAndGet();
    private final Plugin plugin;
    private final FutureTask<Void> trial;
    private final Map<String, Integer> failuresInARow = new ConcurrentHashMap<>();
    private volatile String quarantine = "";
    private volatile Availability availability;

    /** Tries the plugin out and tells this seat what came of it. */
    interface Tryout {
        void run(Seat seat);
    }

    Seat(Plugin plugin, Tryout tryout) {
        this.plugin = plugin;
        trial = new FutureTask<>(() -> tryout.run(this), null);
    }

    Plugin plugin() {
        return plugin;
    }

    /** {@return a number that no other seat has} */
    long edition() {
        return edition;
    }

    /**
     * Has the plugin tried out, if it is not yet. Whoever needs the plugin first runs the trial: nobody waits for a
     * queue that it may itself be holding up.
     */
    void settle() {
        trial.run();
        try {
            trial.get();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException fault) {
            quarantine(fault.getCause().toString());
        }
    }

    boolean onTrial() {
        return !trial.isDone();
    }

    boolean healthy() {
        return trial.isDone() && quarantine.isEmpty();
    }

    void quarantine(String reason) {
        quarantine = reason;
    }

    String quarantine() {
        return quarantine;
    }

    /** {@return how often it has failed in a row when it was asked for this} */
    int failed(String asked) {
        return failuresInARow.merge(asked, 1, Integer::sum);
    }

    /** One answer does not make good for another: who fails at one thing alone is sick too. */
    void succeeded(String asked) {
        if (!failuresInARow.isEmpty()) {
            failuresInARow.remove(asked);
        }
    }

    Availability availability() {
        return availability;
    }

    void found(Availability other) {
        availability = other;
    }

    /**
     * @param used the plugin in use of its name
     * @param doing what it has been at for long; empty if at nothing
     * @return what there is to say about it; never waits
     */
    PluginInfo info(Plugin used, Optional<String> doing) {
        Availability found = availability;
        if (!quarantine.isEmpty()) {
            return plugin.info(PluginInfo.State.QUARANTINED, quarantine);
        }
        if (found != null && !found.available()) {
            return plugin.info(PluginInfo.State.UNAVAILABLE, found.detail());
        }
        if (onTrial()) {
            return plugin.info(PluginInfo.State.ACTIVE, "being tried");
        }
        PluginInfo.State state = used.id() == plugin.id() ? PluginInfo.State.ACTIVE : PluginInfo.State.SHADOWED;
        return plugin.info(state, doing.orElse(found == null ? "" : found.detail()));
    }

    /** {@return which kernel the backends among them talk to, empty if none has said; never waits} */
    static String kernel(Collection<Seat> seats) {
        return seats.stream()
                .filter(seat -> seat.plugin.kind() == PluginKind.BACKEND)
                .sorted(Comparator.comparing(seat -> seat.plugin.name()))
                .map(Seat::availability)
                .filter(Objects::nonNull)
                .sorted(Comparator.comparing(Availability::available).reversed())
                .map(Availability::kernel)
                .findFirst()
                .orElse("");
    }
}

package org.pinion.core.plugin;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.pinion.spi.backend.Availability;

/** What the registry remembers of one plugin: how its trial went, how often it has failed since. */
final class Seat {

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
}

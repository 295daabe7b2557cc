package org.pinion.core.space;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What others want done when a space has closed. Registering and closing may come together. */
final class CloseActions {

    private static final Logger LOG = LoggerFactory.getLogger(CloseActions.class);

    private final String space;
    private final Queue<Runnable> actions = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    CloseActions(String space) {
        this.space = space;
    }

    void add(Runnable action) {
        actions.add(action);
        if (closed.get()) {
            runAll();
        }
    }

    /** Runs what there is, and at once whatever still comes; says whether this was the first time. */
    boolean close() {
        boolean first = closed.compareAndSet(false, true);
        runAll();
        return first;
    }

    /** Each action is taken off the list before it runs, so it runs once. */
    private void runAll() {
        for (Runnable action = actions.poll(); action != null; action = actions.poll()) {
            try {
                action.run();
            } catch (RuntimeException failure) {
                LOG.error("address space '{}': an action after its closing failed", space, failure);
            }
        }
    }
}

package org.pinion.core;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.pinion.api.IommuException;
import org.pinion.core.space.BackendCalls;
import org.pinion.core.space.Space;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends address spaces when the core ends, each on a thread of its own: one whose backend does not answer keeps neither
 * the others nor the core from ending. It ends when the backend answers, if it ever does.
 */
final class Endings {

    private static final Logger LOG = LoggerFactory.getLogger(Endings.class);

    private final BackendCalls calls;
    private final Supplier<Duration> patience;
    private volatile boolean over;

    /** How one space ends. */
    interface Ending {
        void of(Space space) throws IommuException;
    }

    private record Ended(Space space, Thread thread) {}

    /**
     * @param calls tells what is being asked of backends
     * @param patience how long a space may wait for its turn, and how long for what it asks its backend then
     */
    Endings(BackendCalls calls, Supplier<Duration> patience) {
        this.calls = calls;
        this.patience = patience;
    }

    /** Ends spaces, and returns when all have ended or have been waited for. */
    void all(List<Space> spaces, Ending ending) {
        List<Ended> all = spaces.stream().map(space -> begin(space, ending)).toList();
        long until = System.nanoTime() + patience.get().multipliedBy(2).toNanos();
        try {
            for (Ended each : all) {
                await(each, until);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            LOG.error("interrupted while address spaces were ending");
        } finally {
            over = true;
        }
    }

    /** {@return whether nobody waits any more, and the next core may be there} */
    boolean over() {
        return over;
    }

    private static Ended begin(Space space, Ending ending) {
        String name = space.options().name();
        return new Ended(space, Thread.ofPlatform().daemon().name("pinion-end-" + name).start(() -> {
            try {
                ending.of(space);
            } catch (IommuException failure) {
                LOG.error("closing address space '{}': {}", name, failure.getMessage());
                closeAtLast(space);
            }
        }));
    }

    /** Nobody else could close it any more: it goes when its backend answers, and all that it has with it. */
    private static void closeAtLast(Space space) {
        try {
            space.closeAtLast();
        } catch (IommuException failure) {
            LOG.error("closing address space '{}' late: {}", space.options().name(), failure.getMessage());
        }
    }

    private void await(Ended each, long until) throws InterruptedException {
        Duration left = Duration.ofNanos(Math.max(1, until - System.nanoTime()));
        if (!each.thread.join(left)) {
            LOG.error("address space '{}' is not waited for any more, and ends when it can: {}",
                    each.space.options().name(), calls.of(each.thread).orElse("it is still ending"));
        }
    }
}

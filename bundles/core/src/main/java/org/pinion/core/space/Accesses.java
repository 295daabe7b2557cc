package org.pinion.core.space;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.pinion.api.IommuException;

/**
 * The accesses of drivers to one device. None is under way when the device is closed, or passes from one session to
 * another; those that come meanwhile wait for the other session, or are told that there is none.
 */
final class Accesses {

    private final String device;
    private final BackendPresence presence;
    private final BackendCalls calls;
    private final Semaphore permits = new Semaphore(Integer.MAX_VALUE);
    private volatile boolean ended;
    private volatile boolean paused;

    Accesses(String device, BackendPresence presence, BackendCalls calls) {
        this.device = device;
        this.presence = presence;
        this.calls = calls;
    }

    /** Begins an access, which {@link #end()} ends. */
    void begin(String operation) throws IommuException {
        // One that ends or passes on would wait for ever if accesses still began.
        while (ended || paused || !permits.tryAcquire()) {
            if (ended) {
                throw new IommuException(operation, "the device is not attached any more", "attach it again");
            }
            presence.await(operation);
            // Between the backend's return and the end of the pause is next to no time.
            Thread.yield();
        }
    }

    void end() {
        permits.release();
    }

    /** {@return whether no access begins any more} */
    boolean ended() {
        return ended;
    }

    /** Lets no access begin any more and waits for those under way; if they do not end, the device goes on. */
    void endAll(Duration longest) throws IommuException {
        ended = true;
        if (!paused && !acquireAll(longest)) {
            ended = false;
            throw busy("detach " + device, longest);
        }
    }

    /** Lets no access begin any more, without waiting for those under way. */
    void endUnawaited() {
        ended = true;
    }

    /** Takes back {@link #endAll}. */
    void resumeAll() {
        permits.release(Integer.MAX_VALUE);
        ended = false;
    }

    /** Lets accesses wait and waits for those under way; if they do not end, the device goes on. */
    void pause(Duration longest) throws IommuException {
        paused = true;
        if (!acquireAll(longest)) {
            paused = false;
            throw busy("pause what drivers do to " + device, longest);
        }
    }

    /** Ends {@link #pause}, if there is one. */
    void resume() {
        if (paused) {
            permits.release(Integer.MAX_VALUE);
            paused = false;
        }
    }

    private IommuException busy(String operation, Duration longest) {
        String call = calls.ofDrivers(device).map(told -> ": " + told).orElse("");
        return new IommuException(
                operation,
                "what a driver asks of it has not ended within " + longest.toMillis() + " ms" + call,
                "end the driver that uses it");
    }

    private boolean acquireAll(Duration longest) {
        try {
            return permits.tryAcquire(Integer.MAX_VALUE, longest.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}

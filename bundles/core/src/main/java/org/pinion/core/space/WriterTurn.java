package org.pinion.core.space;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.pinion.api.IommuException;

/**
 * Lets one writer at a time at a space, in the order they came, each after a bounded wait. A semaphore and not a lock:
 * the writer calls plugins, and whoever they call in turn must not be able to deadlock with it unseen.
 */
final class WriterTurn {

    private final Semaphore turn = new Semaphore(1, true);
    private final String space;
    private final Supplier<Duration> wait;
    private final BackendPresence presence;
    private final BackendCalls calls;
    private volatile Running running;

    private record Running(String operation, Thread writer, long sinceNanos) {
        @Override
        public String toString() {
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sinceNanos);
            return "'%s' has been running for %d ms".formatted(operation, millis);
        }
    }

    WriterTurn(String space, Supplier<Duration> wait, BackendPresence presence, BackendCalls calls) {
        this.space = space;
        this.wait = wait;
        this.presence = presence;
        this.calls = calls;
    }

    /** Takes a turn with the backend there; nobody who waits for the backend keeps others from their turn. */
    void take(String operation) throws IommuException {
        while (true) {
            presence.await(operation);
            takeAlone(operation);
            if (presence.isThere()) {
                return;
            }
            give();
        }
    }

    /** Takes a turn whether the backend is there or not. */
    void takeAlone(String operation) throws IommuException {
        Duration longest = wait.get();
        try {
            if (!turn.tryAcquire(longest.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new IommuException(operation, busy(longest), "try again when it has ended");
            }
        } catch (InterruptedException interrupted) {
            throw interrupted(operation, interrupted);
        }
        running = new Running(operation, Thread.currentThread(), System.nanoTime());
    }

    /** Takes a turn, whether the backend is there or not, however long it takes to get it. */
    void takeAtLast(String operation) throws IommuException {
        try {
            turn.acquire();
        } catch (InterruptedException interrupted) {
            throw interrupted(operation, interrupted);
        }
        running = new Running(operation, Thread.currentThread(), System.nanoTime());
    }

    private static IommuException interrupted(String operation, InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return new IommuException(operation, null, null, "interrupted while waiting for its turn", "", interrupted);
    }

    /** Takes a turn, whether the backend is there or not, if nobody has it. */
    boolean takeIfFree(String operation) {
        boolean taken = turn.tryAcquire();
        if (taken) {
            running = new Running(operation, Thread.currentThread(), System.nanoTime());
        }
        return taken;
    }

    void give() {
        running = null;
        turn.release();
    }

    /** {@return whether nobody has the turn} */
    boolean isFree() {
        return turn.availablePermits() > 0;
    }

    private String busy(Duration waited) {
        Running now = running;
        String what = now == null
                ? "other writers took every turn"
                : calls.of(now.writer).map(call -> now + ", " + call).orElseGet(now::toString);
        return "address space '%s' is busy: %s; waited %d ms".formatted(space, what, waited.toMillis());
    }
}

package org.pinion.core.space;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.pinion.api.IommuException;

/**
 * Whether the backend of a space is there, and lets those wait who cannot do without it. While one bundle takes
 * another's place they wait, all of them until the same moment; a backend that went for good, or could not go on, is
 * not waited for.
 */
final class BackendPresence {

    private final String space;
    private final Supplier<String> backend;
    private final Supplier<Duration> longest;
    private volatile Absence absence;
    private volatile String retired = "";

    /**
     * @param sentence what there is to say about it
     * @param remedy what can be done about it
     * @param until when nobody waits any more, as {@link System#nanoTime} counts; null if nobody waits at all
     * @param moving whether the space is on its way to another backend, so that no bundle has to go on with it
     * @param over opens when it is over
     */
    private record Absence(String sentence, String remedy, Long until, boolean moving, CountDownLatch over) {}

    /**
     * @param space the space's name
     * @param backend tells the name of the backend that has the space
     * @param longest how long to wait at most, asked each time
     */
    BackendPresence(String space, Supplier<String> backend, Supplier<Duration> longest) {
        this.space = space;
        this.backend = backend;
        this.longest = longest;
    }

    /** {@return what there is to say about its absence, a sentence; empty if it is there} */
    String sentence() {
        Absence now = absence;
        return now == null || !retired.isEmpty() ? retired : now.sentence;
    }

    boolean isThere() {
        return absence == null && retired.isEmpty();
    }

    /** The space goes on elsewhere, and nobody gets at it by this way any more. */
    void retire() {
        retired = "address space '%s' has passed to another core: find it again by its name".formatted(space);
        over(null);
    }

    /** {@return whether the space is on its way to another backend} */
    boolean isMoving() {
        Absence now = absence;
        return now != null && now.moving;
    }

    /** {@return whether the space goes on elsewhere} */
    boolean isRetired() {
        return !retired.isEmpty();
    }

    /** Throws if the space goes on elsewhere. */
    void requireNotRetired(String operation) throws IommuException {
        if (!retired.isEmpty()) {
            throw new IommuException(operation, retired, "");
        }
    }

    /** The backend left, and another bundle is to take its place soon, or not. */
    void left(String why, boolean replaced) {
        String sentence = replaced
                ? "backend %s is being replaced: %s".formatted(backend.get(), why)
                : "the backend of address space '%s' is gone: %s".formatted(space, why);
        String remedy = "start the backend again, have another bundle adopt the space, or close it";
        over(new Absence(sentence, remedy, replaced ? until() : null, false, new CountDownLatch(1)));
    }

    /** The space begins to move to another backend. */
    void moving(String to) {
        String sentence = "address space '%s' is being moved to backend %s".formatted(space, to);
        over(new Absence(sentence, "try again when it is there", until(), true, new CountDownLatch(1)));
    }

    private long until() {
        return System.nanoTime() + longest.get().toNanos();
    }

    /**
     * Nobody is waited for any more.
     *
     * @return whether somebody was
     */
    synchronized boolean giveUp(String why) {
        boolean awaited = absence != null && absence.until != null;
        if (awaited) {
            left(why, false);
        }
        return awaited;
    }

    /** The backend is there, or the space needs none any more. */
    void there() {
        over(null);
    }

    private synchronized void over(Absence next) {
        Absence before = absence;
        absence = next;
        if (before != null) {
            before.over.countDown();
        }
    }

    /** Waits for the backend; it may have left again since. */
    void await(String operation) throws IommuException {
        Absence now = absence;
        while (now != null && isOver(now, operation)) {
            now = absence;
        }
        requireNotRetired(operation);
        if (now != null) {
            throw new IommuException(operation, now.sentence, now.remedy);
        }
    }

    private static boolean isOver(Absence absence, String operation) throws IommuException {
        return absence.until != null && opens(absence.over, absence.until - System.nanoTime(), operation);
    }

    private static boolean opens(CountDownLatch over, long nanos, String operation) throws IommuException {
        try {
            return over.await(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IommuException(
                    operation, null, null, "interrupted while waiting for the backend", "", interrupted);
        }
    }
}

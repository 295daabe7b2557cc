package org.pinion.core.plugin;

import java.util.function.BooleanSupplier;

/**
 * Waits for another thread's next step without going to sleep, as long as that would take longer. It does not yield
 * meanwhile: on a busy machine others would then have the processor for milliseconds, where a thread that is woken gets
 * it soon. Where there is one processor alone it does not look at all, since the other thread cannot run meanwhile.
 */
final class LookOut {

    /** How long two threads look out for each other: about what it takes to sleep and to be woken. */
    static final long NANOS = 50_000;

    private final boolean alone;

    /**
     * @param processors how many there are
     */
    LookOut(int processors) {
        alone = processors == 1;
    }

    /**
     * Waits.
     *
     * @param there tells whether what is waited for has come
     * @param since when the wait began, as {@link System#nanoTime} has it
     */
    void until(BooleanSupplier there, long since) {
        while (!alone && !there.getAsBoolean() && System.nanoTime() - since < NANOS) {
            Thread.onSpinWait();
        }
    }
}

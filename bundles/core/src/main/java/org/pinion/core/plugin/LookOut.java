package org.pinion.core.plugin;

import java.util.function.BooleanSupplier;

/**
 * Waits for another thread's next step without going to sleep, as long as that would take longer. At first it does not
 * leave the processor; then it lets others have it at every look, so that on a busy one the other thread runs the
 * sooner for it.
 *
 * <p>Where there is one processor alone it does not look at all: the other thread cannot run meanwhile, and a scheduler
 * that is fair need not give it the processor for a yield, as long as it had more than its share.
 */
final class LookOut {

    /** How long two threads look out for each other: a multiple of what it takes to sleep and to be woken. */
    static final long NANOS = 500_000;

    /** About ten microseconds: what a plan of a few sections takes. */
    private static final int SPINS = 200;

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
        for (int spin = 0; !alone && spin < SPINS; spin++) {
            if (there.getAsBoolean()) {
                return;
            }
            Thread.onSpinWait();
        }
        while (!alone && !there.getAsBoolean() && System.nanoTime() - since < NANOS) {
            Thread.yield();
        }
    }
}

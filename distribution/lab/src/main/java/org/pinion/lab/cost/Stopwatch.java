package org.pinion.lab.cost;

import java.util.Arrays;

/**
 * When a commit passed its moments. Several threads take part in one, one after the other; what makes them wait for
 * each other also makes them see what is written here.
 */
final class Stopwatch {

    private static final Moment[] ALL = Moment.values();

    private final long[] at = new long[ALL.length];

    void pass(Moment moment) {
        at[moment.ordinal()] = System.nanoTime();
    }

    /** Notes a moment only if it is the first of its kind: a session is asked some things more than once. */
    void passFirst(Moment moment) {
        if (at[moment.ordinal()] == 0) {
            pass(moment);
        }
    }

    void start() {
        Arrays.fill(at, 0);
        pass(Moment.CALLED);
    }

    /** {@return nanoseconds that led up to each moment; 0 for one that was not passed} */
    long[] laps() {
        long[] laps = new long[at.length];
        long before = at[0];
        for (int i = 1; i < at.length; i++) {
            if (at[i] != 0) {
                laps[i] = at[i] - before;
                before = at[i];
            }
        }
        return laps;
    }
}

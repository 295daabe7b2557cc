package org.pinion.fuzz;

import java.io.PrintStream;
import java.time.Duration;

/** Ends the program, with a word on why, if a kernel does not come back from a request. */
final class Watch implements Runnable {

    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final int STUCK = 3;

    private final Duel duel;
    private final Thread watched;
    private final PrintStream out;

    private Watch(Duel duel, Thread watched, PrintStream out) {
        this.duel = duel;
        this.watched = watched;
        this.out = out;
    }

    /** Watches what this thread does with two kernels, as long as the program runs. */
    static void start(Duel duel, PrintStream out) {
        Thread.ofPlatform().daemon().start(new Watch(duel, Thread.currentThread(), out));
    }

    @Override
    public void run() {
        long before = -1;
        while (duel.operations() != before) {
            before = duel.operations();
            try {
                Thread.sleep(PATIENCE);
            } catch (InterruptedException e) {
                return;
            }
        }
        Operation last = duel.current();
        out.println("# nothing for " + PATIENCE.toSeconds() + " s since operation " + before + ": "
                + (last == null ? "none" : last.text()));
        for (StackTraceElement element : watched.getStackTrace()) {
            out.println("#   at " + element);
        }
        out.flush();
        Runtime.getRuntime().halt(STUCK);
    }
}

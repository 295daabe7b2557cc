package org.pinion.runtime;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Stops the framework when the process is told to end, interrupts the thread that uses it, and gives it time to clean
 * up. It is the first thing to be opened, by that thread, and the last to be closed.
 */
final class InterruptGuard implements AutoCloseable {

    private static final long CLEAN_UP_SECONDS = 5;

    private final Thread hook = new Thread(this::stop, "pinion-interrupted");
    private final Thread user = Thread.currentThread();
    private final CountDownLatch cleanedUp = new CountDownLatch(1);
    private volatile boolean ending;
    private volatile RunningFramework framework;

    InterruptGuard() {
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException _) {
            // The process was told to end before it had begun.
            ending = true;
        }
    }

    /** {@return the framework, which is stopped at once if the process is already ending} */
    RunningFramework stopping(RunningFramework running) {
        framework = running;
        if (ending) {
            close(running);
        }
        return running;
    }

    /** {@return whether the process is ending, so that what fails now needs no word} */
    boolean ending() {
        return ending;
    }

    private void stop() {
        ending = true;
        if (framework != null) {
            close(framework);
        }
        user.interrupt();
        try {
            if (!cleanedUp.await(CLEAN_UP_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("pinion: ended while something was still running; its temporary files may be left");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void close(RunningFramework running) {
        try {
            running.close();
        } catch (LaunchException failure) {
            System.err.println("pinion: " + failure.getMessage());
        }
    }

    @Override
    public void close() {
        cleanedUp.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // The process is ending: the hook is running, and what it waits for has just been done.
        }
    }
}

package org.pinion.runtime;

import java.io.IOException;

/** Lets bundles stop and files be deleted when the process is told to end. */
final class InterruptGuard implements AutoCloseable {

    private final Thread hook;

    private InterruptGuard(Thread hook) {
        this.hook = hook;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    static InterruptGuard closing(RunningFramework framework, TemporaryStorage storage) {
        return new InterruptGuard(new Thread(() -> close(framework, storage), "pinion-interrupted"));
    }

    static InterruptGuard closing(RunningFramework framework) {
        return new InterruptGuard(new Thread(() -> close(framework), "pinion-interrupted"));
    }

    private static void close(RunningFramework framework, TemporaryStorage storage) {
        close(framework);
        try {
            storage.close();
        } catch (IOException failure) {
            System.err.println("pinion: " + Messages.of(failure));
        }
    }

    private static void close(RunningFramework framework) {
        try {
            framework.close();
        } catch (LaunchException failure) {
            System.err.println("pinion: " + failure.getMessage());
        }
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // The process is ending: the hook does what the caller was about to do.
        }
    }
}

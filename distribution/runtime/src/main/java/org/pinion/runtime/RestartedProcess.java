package org.pinion.runtime;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.pinion.linux.DescriptorStore.StoredFile;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;
import org.pinion.linux.notify.ChildProcess;
import org.pinion.linux.notify.DescriptorKeeper;

/**
 * A process that is started again whenever a signal has killed it, with the files that it had stored. One that ends by
 * itself, whatever its exit code, is not.
 */
final class RestartedProcess {

    private static final int LISTEN_MILLIS = 200;
    private static final long STOP_SECONDS = 60;
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final int TOO_OFTEN = 5;

    private final Kernel kernel;
    private final DescriptorKeeper keeper;
    private final List<String> command;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile ChildProcess running;
    private volatile boolean ending;

    RestartedProcess(Kernel kernel, DescriptorKeeper keeper, List<String> command) {
        this.kernel = kernel;
        this.keeper = keeper;
        this.command = List.copyOf(command);
    }

    /** Runs it until it ends by itself, or this process is told to end; says its exit code. */
    int run() throws ErrnoException, LaunchException {
        Thread hook = new Thread(this::stop, "pinion-keep-interrupted");
        Runtime.getRuntime().addShutdownHook(hook);
        Thread.ofPlatform().daemon().name("pinion-keep").start(this::listen);
        try {
            return runAgainAndAgain();
        } finally {
            ended.countDown();
            removeHook(hook);
        }
    }

    private int runAgainAndAgain() throws ErrnoException, LaunchException {
        int soon = 0;
        while (true) {
            long began = System.nanoTime();
            running = start();
            if (ending) {
                running.terminate();
            }
            ChildProcess.End end = running.await();
            keeper.listen(0);
            if (end.signal() == 0 || ending) {
                return end.signal() == 0 ? end.exitCode() : LaunchException.FAILED;
            }
            soon = System.nanoTime() - began < SOON.toNanos() ? soon + 1 : 0;
            if (soon == TOO_OFTEN) {
                throw LaunchException.failed(
                        "'pinion run' was killed %d times in a row, each time within %d s; its files are closed"
                                .formatted(soon, SOON.toSeconds()));
            }
            System.err.printf("pinion: process %d was killed by signal %d; it is started again with the %d files that"
                    + " were kept%n", running.pid(), end.signal(), keeper.files().size());
        }
    }

    private ChildProcess start() throws ErrnoException {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.putAll(keeper.environment());
        List<Integer> files = keeper.files().stream().map(StoredFile::fd).toList();
        return ChildProcess.start(kernel, command, environment, files);
    }

    private void listen() {
        try {
            while (ended.getCount() > 0) {
                keeper.listen(LISTEN_MILLIS);
            }
        } catch (ErrnoException deaf) {
            if (ended.getCount() > 0) {
                System.err.println("pinion: nothing is kept any more: " + deaf.getMessage());
            }
        }
    }

    private void stop() {
        ending = true;
        ChildProcess child = running;
        if (child != null) {
            child.terminate();
        }
        try {
            if (!ended.await(STOP_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("pinion: 'pinion run' has not ended after " + STOP_SECONDS + " s");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // This process is ending, and what the hook waits for has just been done.
        }
    }
}

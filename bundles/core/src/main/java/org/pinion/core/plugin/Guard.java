package org.pinion.core.plugin;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.pinion.api.IommuException;

/**
 * Runs work that asks plugins on a thread of its own, and gives up when a single call takes longer than the budget.
 *
 * <p>The threads are daemon platform threads: a plugin that blocks in native code or computes for ever would keep the
 * carrier of a virtual thread, of which there are as few as processors, and so stop others. A thread given up is
 * interrupted and left to its plugin; nobody reads its result.
 */
public final class Guard {

    private static final int LOOKS_PER_BUDGET = 4;

    private final Supplier<Duration> budget;

    /**
     * @param budget how long one call of a plugin may take, asked each time
     */
    public Guard(Supplier<Duration> budget) {
        this.budget = budget;
    }

    /**
     * @param name the thread's name
     * @param watch told by the work whom it asks
     * @param work what to do
     * @return its result
     * @throws PluginFailure if the work threw it, or a call took longer than the budget
     * @throws IommuException if the work threw it, or the caller was interrupted
     */
    <T> T run(String name, Watch watch, Callable<T> work) throws IommuException {
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = Thread.ofPlatform().daemon().name(name).start(task);
        try {
            return await(task, watch);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IommuException(name, null, null, "interrupted while plugins were asked", "", interrupted);
        } catch (ExecutionException thrown) {
            throw unwrapped(thrown);
        } finally {
            thread.interrupt();
        }
    }

    private <T> T await(FutureTask<T> task, Watch watch) throws InterruptedException, ExecutionException {
        long allowed = budget.get().toNanos();
        long seen = 0;
        long since = System.nanoTime();
        while (true) {
            try {
                return task.get(Math.max(1, allowed / LOOKS_PER_BUDGET), TimeUnit.NANOSECONDS);
            } catch (TimeoutException notYet) {
                long moves = watch.moves();
                if (moves != seen || moves % 2 == 0) {
                    seen = moves;
                    since = System.nanoTime();
                } else if (System.nanoTime() - since >= allowed) {
                    throw overdue(watch, allowed);
                }
            }
        }
    }

    private static PluginFailure overdue(Watch watch, long allowed) {
        String reason = "did not answer within " + TimeUnit.NANOSECONDS.toMillis(allowed) + " ms";
        return new PluginFailure(watch.plugin(), reason, null);
    }

    /** Never returns normally for what only a faulty core can throw: that goes on as it is. */
    private static IommuException unwrapped(ExecutionException thrown) {
        return switch (thrown.getCause()) {
            case IommuException answer -> answer;
            case RuntimeException failure -> throw failure;
            case Error error -> throw error;
            default -> throw new IllegalStateException(thrown.getCause());
        };
    }
}

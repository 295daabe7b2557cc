package org.pinion.core.plugin;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.pinion.api.IommuException;

/**
 * Runs work that asks plugins on a thread of its own, and gives up when a single call takes longer than the budget. A
 * thread given up is interrupted and left to its plugin; nobody reads its result. Others are used again, until a plugin
 * leaves.
 */
public final class Guard {

    private static final int LOOKS_PER_BUDGET = 4;

    private final Supplier<Duration> budget;
    private final ConcurrentLinkedDeque<GuardThread> idle = new ConcurrentLinkedDeque<>();
    private final AtomicInteger generation = new AtomicInteger();
    private final LookOut lookOut = new LookOut(Runtime.getRuntime().availableProcessors());
    private volatile long usualNanos;

    /**
     * @param budget how long one call of a plugin may take, asked each time
     */
    public Guard(Supplier<Duration> budget) {
        this.budget = budget;
    }

    /**
     * Ends the threads that have no work, and the others after it. To be called when a plugin has left, whose class
     * loader a thread-local variable might keep.
     */
    public void renew() {
        generation.incrementAndGet();
        for (GuardThread thread = idle.poll(); thread != null; thread = idle.poll()) {
            thread.end();
        }
    }

    /**
     * @param name what the work is, for the name of a thread that is given up
     * @param watch told by the work whom it asks
     * @param work what to do
     * @return its result
     * @throws PluginFailure if the work threw it, or a call took longer than the budget
     * @throws IommuException if the work threw it, or the caller was interrupted
     */
    <T> T run(String name, Watch watch, Callable<T> work) throws IommuException {
        return run(name, watch, budget(), work);
    }

    /** {@return how long one call may take now} */
    Duration budget() {
        return budget.get();
    }

    /**
     * Runs work with another budget.
     *
     * @param name what the work is, for the name of a thread that is given up
     * @param watch told by the work whom it asks
     * @param allowed how long one call may take
     * @param work what to do
     * @return its result
     * @throws PluginFailure if the work threw it, or a call took longer
     * @throws IommuException if the work threw it, or the caller was interrupted
     */
    <T> T run(String name, Watch watch, Duration allowed, Callable<T> work) throws IommuException {
        FutureTask<T> task = new FutureTask<>(work);
        GuardThread thread = start(task);
        try {
            return await(task, watch, allowed.toNanos());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IommuException(name, null, null, "interrupted while plugins were asked", "", interrupted);
        } catch (ExecutionException thrown) {
            throw unwrapped(thrown, watch);
        } finally {
            release(thread, task, name);
        }
    }

    private GuardThread start(FutureTask<?> task) {
        GuardThread free = idle.pollFirst();
        if (free != null) {
            free.goOn(task);
            return free;
        }
        GuardThread another = new GuardThread(generation.get(), lookOut, idle::remove);
        another.begin(task);
        return another;
    }

    private void release(GuardThread thread, FutureTask<?> task, String name) {
        if (!task.isDone()) {
            thread.giveUp(name);
            return;
        }
        idle.addFirst(thread);
        // If a plugin has left meanwhile, the thread was not there to be ended with the others.
        if (thread.generation() != generation.get() && idle.remove(thread)) {
            thread.end();
        }
    }

    /** A moving average; that threads overwrite each other's makes it no worse. */
    private void answeredIn(long nanos) {
        usualNanos = (3 * usualNanos + nanos) / 4;
    }

    private <T> T await(FutureTask<T> task, Watch watch, long allowed)
            throws InterruptedException, ExecutionException {
        long seen = 0;
        long began = System.nanoTime();
        long since = began;
        if (usualNanos < LookOut.NANOS) {
            // Where answers have been quick lately, going to sleep and being woken would take longer.
            lookOut.until(task::isDone, since);
        }
        while (true) {
            try {
                T answer = task.get(Math.max(1, allowed / LOOKS_PER_BUDGET), TimeUnit.NANOSECONDS);
                answeredIn(System.nanoTime() - began);
                return answer;
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

    /**
     * Never returns normally for what only a faulty core can throw: that goes on as it is. A checked exception that is
     * not declared comes from a plugin in another language.
     */
    private static IommuException unwrapped(ExecutionException thrown, Watch watch) {
        return switch (thrown.getCause()) {
            case IommuException answer -> answer;
            case RuntimeException failure -> throw failure;
            case Error error -> throw error;
            default -> throw PluginFailure.threw(watch.plugin(), thrown.getCause());
        };
    }
}

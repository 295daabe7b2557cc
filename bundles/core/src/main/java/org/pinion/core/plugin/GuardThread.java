package org.pinion.core.plugin;

import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * A thread on which plugins are asked, for one caller after the other. As long as work comes at short intervals it
 * looks out for the next before it goes to sleep: waking it would take longer than most answers.
 *
 * <p>A daemon platform thread: a plugin that blocks in native code or computes for ever would keep the carrier of a
 * virtual thread, of which there are as few as processors, and so stop others.
 */
final class GuardThread {

    private static final long KEEP_NANOS = 5_000_000_000L;

    private final int generation;
    private final LookOut lookOut;
    private final Predicate<GuardThread> leave;
    private final Thread thread;
    private volatile FutureTask<?> next;
    private volatile boolean asleep;
    private volatile boolean ended;

    /**
     * @param generation which plugins it may remember in thread-local variables
     * @param lookOut waits for work that follows quickly
     * @param leave tells that it has had no work for long; answers false if work is on its way all the same
     */
    GuardThread(int generation, LookOut lookOut, Predicate<GuardThread> leave) {
        this.generation = generation;
        this.lookOut = lookOut;
        this.leave = leave;
        // What its first caller has in inheritable variables is none of the next one's business.
        thread = Thread.ofPlatform()
                .daemon()
                .name("pinion-plugins")
                .inheritInheritableThreadLocals(false)
                .unstarted(this::work);
    }

    int generation() {
        return generation;
    }

    /** Starts with its first work. */
    void begin(FutureTask<?> task) {
        next = task;
        thread.start();
    }

    /** Goes on with more work; the work before must be done. */
    void goOn(FutureTask<?> task) {
        next = task;
        if (asleep) {
            LockSupport.unpark(thread);
        }
    }

    /** Ends the thread after what it is doing. */
    void end() {
        ended = true;
        LockSupport.unpark(thread);
    }

    /** Leaves the thread to a plugin that does not answer. */
    void giveUp(String name) {
        ended = true;
        thread.setName(name + " (given up)");
        thread.interrupt();
    }

    private void work() {
        ClassLoader loader = thread.getContextClassLoader();
        boolean soon = false;
        while (true) {
            long since = System.nanoTime();
            if (!await(since, soon)) {
                return;
            }
            soon = System.nanoTime() - since < LookOut.NANOS;
            take().run();
            Thread.interrupted();
            thread.setContextClassLoader(loader);
        }
    }

    /** Forgets the work at once, so that a plugin that has left is not kept by it. */
    private FutureTask<?> take() {
        FutureTask<?> task = next;
        next = null;
        return task;
    }

    private boolean await(long since, boolean soon) {
        if (soon) {
            lookOut.until(() -> next != null || ended, since);
        }
        asleep = true;
        try {
            return next != null || sleep(since);
        } finally {
            asleep = false;
        }
    }

    private boolean sleep(long since) {
        while (next == null) {
            long left = KEEP_NANOS - (System.nanoTime() - since);
            if (ended || left <= 0 && leave.test(this)) {
                return false;
            }
            LockSupport.parkNanos(this, Math.max(left, LookOut.NANOS + 1));
        }
        return true;
    }
}

package org.pinion.core.space;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.pinion.api.IommuException;

/**
 * No plan can be made for a while, since the bundle of a plugin is being replaced: a plan without it would take away
 * what the next one gives back. Whoever wanted the plan waits, without keeping others from their turn, and tries again.
 */
public final class PluginAway extends IommuException {

    private static final long serialVersionUID = 1L;

    private final transient CountDownLatch over;
    private final long until;

    /**
     * @param operation what cannot be done
     * @param who which plugin, with its bundle
     * @param over opens when it is back, or nobody waits for it any more
     * @param until when nobody waits any more, as {@link System#nanoTime} counts
     */
    public PluginAway(String operation, String who, CountDownLatch over, long until) {
        super(operation, who + " is being replaced", "try again when its successor is there");
        this.over = over;
        this.until = until;
    }

    /** Something that needs plans. */
    interface Step<T> {
        T run() throws IommuException;
    }

    /** Does something, and does it again when the plugins that were away are back or are not waited for any more. */
    static <T> T awaited(Step<T> step) throws IommuException {
        while (true) {
            try {
                return step.run();
            } catch (PluginAway away) {
                away.await();
            }
        }
    }

    private void await() throws IommuException {
        try {
            if (!over.await(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                Thread.yield();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IommuException(operation(), null, null, "interrupted; " + why(), remedy(), interrupted);
        }
    }
}

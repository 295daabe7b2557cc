package org.pinion.core.plugin;

/**
 * Wants to know what follows from plugins coming and going; called on the core's own thread, unless a method says
 * otherwise.
 */
public interface PluginListener {

    /**
     * Plans may be different now; called on the thread on which something comes or goes.
     *
     * @param cause what came or went, for people
     * @return plans anew what has plans now: who comes later knows already; run on the core's own thread
     */
    Runnable plansMayChange(String cause);

    /**
     * A backend's service is leaving; called on the thread that unregisters it, which waits.
     *
     * @param backend the backend
     * @param replaced whether it, or another bundle, is likely to be back soon
     */
    void backendLeft(Plugin backend, boolean replaced);

    /**
     * A backend that left is not replaced after all.
     *
     * @param id the id of its service
     */
    void backendGone(long id);

    /**
     * A backend was registered; called on the thread that registers it.
     *
     * @param backend the backend
     */
    void backendArrived(Plugin backend);
}

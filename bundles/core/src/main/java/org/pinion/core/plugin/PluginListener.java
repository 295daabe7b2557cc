package org.pinion.core.plugin;

/** Wants to know what follows from plugins coming and going; called on the core's own thread. */
public interface PluginListener {

    /**
     * Plans may be different now.
     *
     * @param cause what came or went, for people
     */
    void plansMayChange(String cause);

    /**
     * A backend's service is gone.
     *
     * @param backend the backend
     */
    void backendLeft(Plugin backend);
}

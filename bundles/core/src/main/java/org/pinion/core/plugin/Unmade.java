package org.pinion.core.plugin;

import java.util.function.Consumer;

/**
 * Stands in the place of a plugin's service that is not there.
 *
 * @param reason why; a failure's message
 * @param again has it made once more, unless that is still under way
 */
record Unmade(String reason, Runnable again) {

    /** Nobody has asked for the service. */
    static final Unmade YET = new Unmade("nobody has asked for it", () -> {});

    /** @throws PluginFailure if the plugin's service is not there */
    static void requireMade(Plugin plugin) {
        if (plugin.service() instanceof Unmade(String reason, _)) {
            throw new PluginFailure(plugin, "its service could not be made: " + reason, null);
        }
    }

    /** Tries a plugin out once more, for which its service is made first if it is not there. */
    static void tryAgain(Plugin plugin, Consumer<Plugin> tryOut) {
        if (plugin.service() instanceof Unmade(_, Runnable again)) {
            again.run();
        } else {
            tryOut.accept(plugin);
        }
    }
}

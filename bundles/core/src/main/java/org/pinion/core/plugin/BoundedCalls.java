package org.pinion.core.plugin;

import java.util.List;
import java.util.concurrent.Callable;
import org.pinion.api.IommuException;

/**
 * Calls of plugins that others wait for: each on a thread of the guard, for no longer than the budget. A failure is
 * counted; so many in a row, and the plugin is quarantined.
 */
public final class BoundedCalls {

    private final Guard guard;
    private final PluginRegistry registry;

    /**
     * @param guard runs the calls
     * @param registry is told who failed
     */
    public BoundedCalls(Guard guard, PluginRegistry registry) {
        this.guard = guard;
        this.registry = registry;
    }

    /**
     * Asks a plugin.
     *
     * @param operation what it is asked for
     * @param plugin the plugin
     * @param call the call
     * @return the answer, never null
     * @throws IommuException if the plugin says so, threw, answered null, or did not answer in time; what it answers
     *     later nobody reads
     */
    public <T> T ask(String operation, Plugin plugin, Callable<T> call) throws IommuException {
        Watch watch = new Watch();
        try {
            T answer = guard.run(operation, watch, () -> watched(watch, plugin, call));
            registry.succeeded(List.of(plugin));
            return answer;
        } catch (PluginFailure failure) {
            registry.failed(failure);
            throw failure.toIommuException(operation);
        }
    }

    private static <T> T watched(Watch watch, Plugin plugin, Callable<T> call) throws Exception {
        watch.enter(plugin);
        try {
            T answer = call.call();
            if (answer == null) {
                throw PluginFailure.answeredNull(plugin);
            }
            return answer;
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError thrown) {
            throw thrown instanceof PluginFailure known ? known : PluginFailure.threw(plugin, thrown);
        } finally {
            watch.leave();
        }
    }
}

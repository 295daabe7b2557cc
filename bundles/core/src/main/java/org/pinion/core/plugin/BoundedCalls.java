package org.pinion.core.plugin;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.pinion.api.IommuException;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.HandOver;
import org.pinion.spi.backend.IommuBackend;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls of plugins that others wait for: each on a thread of the guard, for no longer than the budget. A failure is
 * counted; so many in a row, and the plugin is quarantined.
 */
public final class BoundedCalls {

    private static final Logger LOG = LoggerFactory.getLogger(BoundedCalls.class);

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
     * @param asked the method's name: its failures are counted by themselves
     * @param operation what it is asked for
     * @param plugin the plugin
     * @param call the call
     * @return the answer, never null
     * @throws IommuException if the plugin says so, threw, answered null, or did not answer in time; what it answers
     *     later nobody reads
     */
    public <T> T ask(String asked, String operation, Plugin plugin, Callable<T> call) throws IommuException {
        return ask(asked, operation, plugin, guard.budget(), call);
    }

    /**
     * Asks a plugin that may take another time.
     *
     * @param asked the method's name
     * @param operation what it is asked for
     * @param plugin the plugin
     * @param allowed how long it may take
     * @param call the call
     * @return the answer, never null
     * @throws IommuException as for the other
     */
    public <T> T ask(String asked, String operation, Plugin plugin, Duration allowed, Callable<T> call)
            throws IommuException {
        Watch watch = new Watch();
        try {
            T answer = guard.run(operation, watch, allowed, () -> watched(watch, plugin, call));
            registry.succeeded(asked, List.of(plugin));
            return answer;
        } catch (PluginFailure failure) {
            registry.failed(asked, failure);
            throw failure.toIommuException(operation);
        }
    }

    /**
     * Asks a plugin for something that must not be lost.
     *
     * @param late takes what is answered when nobody waits for it any more; called on the plugin's thread
     */
    <T> T ask(String asked, String operation, Plugin plugin, Callable<T> call, Consumer<T> late)
            throws IommuException {
        AtomicBoolean settled = new AtomicBoolean();
        try {
            return ask(asked, operation, plugin, () -> {
                T answer = call.call();
                if (answer != null && !settled.compareAndSet(false, true)) {
                    late.accept(answer);
                }
                return answer;
            });
        } finally {
            settled.set(true);
        }
    }

    /**
     * Opens a session. One that is opened too late is closed again.
     *
     * @param operation what it is for
     * @param backend the backend
     * @param space the name of the space
     * @return the session, whose failures are counted
     * @throws IommuException if there is none
     */
    public BackendSession open(String operation, Plugin backend, String space) throws IommuException {
        IommuBackend service = (IommuBackend) backend.service();
        BackendSession session =
                ask("open", operation, backend, () -> service.open(space), late -> closeLate(operation, backend, late));
        return WatchedSession.of(session, backend, space, this);
    }

    /**
     * Has a backend go on with a space.
     *
     * @param operation what it is for
     * @param backend the backend
     * @param space the name of the space
     * @param handOver what was handed over
     * @return the session, whose failures are counted
     * @throws IommuException if it does not; a session that is there too late must do nothing by itself
     */
    public BackendSession adopt(String operation, Plugin backend, String space, HandOver handOver)
            throws IommuException {
        IommuBackend service = (IommuBackend) backend.service();
        return WatchedSession.of(
                ask("adopt", operation, backend, () -> service.adopt(space, handOver)), backend, space, this);
    }

    /**
     * Closes a session that is of no use.
     *
     * @param operation what it was for
     * @param backend the backend
     * @param session the session
     * @throws IommuException if it does not let itself be closed
     */
    public void close(String operation, Plugin backend, BackendSession session) throws IommuException {
        ask("close", operation, backend, () -> {
            session.close();
            return session;
        });
    }

    private static void closeLate(String operation, Plugin backend, BackendSession session) {
        try {
            session.close();
            LOG.warn("{}: {} answered too late, and was closed again", operation, backend);
        } catch (IommuException stays) {
            LOG.error("{}: {} answered too late: {}", operation, backend, stays.getMessage());
        }
    }

    /** {@return what sessions and devices are being asked} */
    CallsUnderWay underWay() {
        return registry.underWay();
    }

    /** A plugin failed in a call that is not bounded. */
    void failed(String asked, PluginFailure failure) {
        registry.failed(asked, failure);
    }

    /** A plugin answered in a call that is not bounded. */
    void succeeded(String asked, Plugin plugin) {
        registry.succeeded(asked, List.of(plugin));
    }

    static <T> T watched(Watch watch, Plugin plugin, Callable<T> call) throws Exception {
        watch.enter(plugin);
        try {
            T answer = call.call();
            if (answer == null) {
                throw PluginFailure.answeredNull(plugin);
            }
            return answer;
        } catch (RuntimeException | Error thrown) {
            throw thrown instanceof PluginFailure known ? known : PluginFailure.threw(plugin, thrown);
        } finally {
            watch.leave();
        }
    }
}

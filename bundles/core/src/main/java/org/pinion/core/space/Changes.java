package org.pinion.core.space;

import java.util.ArrayList;
import java.util.List;
import org.pinion.api.IommuException;
import org.pinion.api.SpaceSnapshot;

/**
 * How a space is changed and looked at: in the writer's turn, by what the devices' memory is then, and told after it.
 */
final class Changes {

    private final WriterTurn turn;
    private final Publication published;
    private final Devices devices;
    private final BackendPresence presence;
    private final Lasting lasting;
    private final SpaceNews news;
    private final Runnable afterwards;

    /** A change; what it adds to the list is told although the change itself stands. */
    interface Change<T> {
        T run(List<IommuException> kept) throws IommuException;
    }

    /**
     * @param turn lets one writer at a time at the space
     * @param published says whether it is open
     * @param devices are looked at before anything is planned
     * @param presence tells whether the backend is there
     * @param lasting has the space kept beyond this process
     * @param news tells listeners
     * @param afterwards run when a turn was given back and what was done in it is told
     */
    Changes(
            WriterTurn turn,
            Publication published,
            Devices devices,
            BackendPresence presence,
            Lasting lasting,
            SpaceNews news,
            Runnable afterwards) {
        this.turn = turn;
        this.published = published;
        this.devices = devices;
        this.presence = presence;
        this.lasting = lasting;
        this.news = news;
        this.afterwards = afterwards;
    }

    /** Runs what changes nothing, again if a plugin was away that is waited for. */
    <T> T look(String operation, PluginAway.Step<T> step) throws IommuException {
        return PluginAway.awaited(() -> {
            turn.take(operation);
            try {
                published.requireOpen(operation);
                devices.observe();
                return step.run();
            } finally {
                turn.give();
                afterwards.run();
            }
        });
    }

    /** Runs a change, again if a plugin was away that is waited for. */
    <T> T change(String cause, Change<T> change) throws IommuException {
        return PluginAway.awaited(() -> once(cause, change));
    }

    /** Runs a change; throws if a plugin is away. */
    <T> T once(String cause, Change<T> change) throws IommuException {
        turn.take(cause);
        SpaceSnapshot before = published.now();
        List<IommuException> kept = new ArrayList<>();
        try {
            published.requireOpen(cause);
            devices.observe();
            return change.run(kept);
        } catch (PluginAway away) {
            throw away;
        } catch (IommuException failure) {
            kept.add(failure);
            throw failure;
        } finally {
            if (presence.isThere()) {
                lasting.settled();
            }
            SpaceSnapshot after = published.now();
            turn.give();
            news.tell(cause, before, after, kept);
            afterwards.run();
        }
    }
}

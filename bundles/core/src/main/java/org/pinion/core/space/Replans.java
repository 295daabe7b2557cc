package org.pinion.core.space;

import java.util.List;
import java.util.Optional;
import org.pinion.api.DmaTopics;
import org.pinion.api.IommuException;
import org.pinion.api.Pending;
import org.pinion.core.plan.Goal;
import org.pinion.core.plan.Planned;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plans that nobody asked for: a plugin came or went, or a device answers otherwise. What cannot be made since the
 * backend is away, or since the writer does not end, is owed: whoever has the turn next makes up for it. Its causes are
 * remembered here alone.
 */
final class Replans {

    private static final Logger LOG = LoggerFactory.getLogger(Replans.class);

    private final Changes changes;
    private final Planning planning;
    private final PlanInForce inForce;
    private final Devices devices;
    private final BackendPresence presence;
    private final Publication published;
    private final WriterTurn turn;
    private final SpaceNews news;
    private String owed = "";

    /**
     * @param changes run what is planned
     * @param planning plans
     * @param parts the rest of the space
     */
    Replans(Changes changes, Planning planning, SpaceParts parts) {
        this.changes = changes;
        this.planning = planning;
        inForce = parts.inForce();
        devices = parts.devices();
        presence = parts.presence();
        published = parts.published();
        turn = parts.turn();
        news = parts.news();
    }

    /** Plans the whole view anew. */
    void whole(String cause) {
        run(cause, () -> planning.plan(Goal.whole(inForce.now().plan().view(), devices.limits())));
    }

    /** Plans what depends on the devices' memory anew. */
    void ofDevices(String cause) {
        run(cause, () -> planning.inForce(devices.limits()));
    }

    /** The whole view is to be planned anew; a cause that waits already is kept. */
    synchronized void owe(String cause) {
        owed = owed.isEmpty() ? cause : owed;
    }

    private synchronized String take() {
        String cause = owed;
        owed = "";
        return cause;
    }

    private synchronized boolean isOwing() {
        return !owed.isEmpty();
    }

    /** Makes up for what is owed, if there is anything; called by whoever has given the turn back. */
    void catchUp() {
        if (isOwing() && presence.isThere() && !published.closed()) {
            String cause = take();
            if (!cause.isEmpty()) {
                whole(cause);
            }
        }
    }

    private void run(String cause, PluginAway.Step<Planned> step) {
        if (published.closed()) {
            return;
        }
        if (!presence.isThere()) {
            owe(cause);
            // It may have come back before this was owed.
            catchUp();
            return;
        }
        InTurn inTurn = new InTurn(cause, step);
        try {
            changes.once(cause, inTurn);
        } catch (PluginAway later) {
            LOG.debug("address space '{}' is planned anew later: {}", space(), later.getMessage());
        } catch (IommuException failure) {
            failed(cause, failure, inTurn.begun);
        }
    }

    /** Tells apart what could not be planned from what had no turn. */
    private final class InTurn implements Changes.Change<Object> {

        private final String cause;
        private final PluginAway.Step<Planned> step;
        private boolean begun;

        InTurn(String cause, PluginAway.Step<Planned> step) {
            this.cause = cause;
            this.step = step;
        }

        @Override
        public Object run(List<IommuException> kept) throws IommuException {
            begun = true;
            return inForce.replanned(cause, step);
        }
    }

    private void failed(String cause, IommuException failure, boolean begun) {
        if (Thread.currentThread().isInterrupted()) {
            LOG.debug("address space '{}' is left to another core: {}", space(), failure.getMessage());
            return;
        }
        LOG.warn("address space '{}' stays as it is: {}", space(), failure.getMessage());
        if (!begun && !published.closed()) {
            postpone(cause, failure);
        }
    }

    private void postpone(String cause, IommuException busy) {
        news.post(
                DmaTopics.SPACE_PENDING,
                cause,
                published.pending(Optional.of(Pending.of(cause, busy))),
                busy.getMessage());
        owe(cause);
        if (turn.isFree()) {
            // Whoever had it gave it back before this was owed.
            catchUp();
        }
    }

    private String space() {
        return published.now().options().name();
    }
}

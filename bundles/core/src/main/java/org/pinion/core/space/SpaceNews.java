package org.pinion.core.space;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.pinion.api.DmaTopics;
import org.pinion.api.IommuException;
import org.pinion.api.SpaceSnapshot;
import org.pinion.api.SpaceSnapshot.State;

/**
 * Tells what happened to one space; called after the writer's turn is given back, since a listener may call the space.
 */
final class SpaceNews {

    private final String space;
    private final Events events;

    SpaceNews(String space, Events events) {
        this.space = space;
        this.events = events;
    }

    /** Tells how a change ended, from the snapshots before and after it and from what failed. */
    void tell(String cause, SpaceSnapshot before, SpaceSnapshot after, List<IommuException> failures) {
        String reason = failures.isEmpty() ? "" : failures.getFirst().getMessage();
        boolean changed = after.version() != before.version();
        if (changed && after.state() == State.DEGRADED) {
            post(DmaTopics.SPACE_DEGRADED, cause, after, reason);
            return;
        }
        if (changed) {
            post(DmaTopics.SPACE_CHANGED, cause, after, reason);
        }
        if (!failures.isEmpty()) {
            post(DmaTopics.SPACE_REFUSED, cause, after, reason);
        }
        after.pending()
                .filter(pending -> !before.pending().equals(after.pending()))
                .ifPresent(pending -> post(DmaTopics.SPACE_PENDING, pending.cause(), after, pending.reason()));
    }

    void post(String topic, String cause, SpaceSnapshot now, String reason) {
        if (!events.heard(topic)) {
            return;
        }
        Map<String, Object> properties = new HashMap<>();
        properties.put(DmaTopics.SPACE, space);
        properties.put(DmaTopics.CAUSE, cause);
        properties.put(DmaTopics.VERSION, now.version());
        if (!reason.isEmpty()) {
            properties.put(DmaTopics.REASON, reason);
        }
        events.post(topic, properties);
    }
}

package org.pinion.core;

import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;
import org.pinion.core.space.Events;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Posts events through EventAdmin while there is one, and somebody who listens. */
final class EventPoster implements Events {

    private static final Logger LOG = LoggerFactory.getLogger(EventPoster.class);

    private final AtomicReference<EventAdmin> admin = new AtomicReference<>();
    private final Listeners listeners = new Listeners();

    void use(EventAdmin arrived) {
        admin.set(arrived);
    }

    /** Forgets one that leaves, unless another has taken its place already. */
    void forget(EventAdmin leaving) {
        admin.compareAndSet(leaving, null);
    }

    Listeners listeners() {
        return listeners;
    }

    @Override
    public boolean heard(String topic) {
        return listeners.listenTo(topic);
    }

    @Override
    public void post(String topic, Map<String, Object> properties) {
        EventAdmin present = admin.get();
        if (present == null || !heard(topic)) {
            return;
        }
        try {
            present.postEvent(new Event(topic, properties));
        } catch (RuntimeException stopping) {
            LOG.debug("event {} was not posted", topic, stopping);
        }
    }
}

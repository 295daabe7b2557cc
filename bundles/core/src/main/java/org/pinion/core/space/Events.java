package org.pinion.core.space;

import java.util.Map;

/** Takes events for whoever listens; never fails and never waits. */
@FunctionalInterface
public interface Events {

    /**
     * @param topic one of {@link org.pinion.api.DmaTopics}
     * @param properties strings and longs
     */
    void post(String topic, Map<String, Object> properties);

    /**
     * Whether it is worth the while to find words for an event.
     *
     * @param topic its topic
     * @return whether somebody listens
     */
    default boolean heard(String topic) {
        return true;
    }
}

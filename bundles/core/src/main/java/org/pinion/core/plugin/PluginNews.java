package org.pinion.core.plugin;

import java.util.HashMap;
import java.util.Map;
import org.pinion.api.DmaTopics;
import org.pinion.core.space.Events;

/** Tells listeners what becomes of plugins, with the bundle's name and version. */
record PluginNews(Events events) {

    void post(String topic, Plugin plugin, String reason) {
        Map<String, Object> properties = new HashMap<>();
        properties.put(DmaTopics.PLUGIN, plugin.name());
        properties.put(DmaTopics.KIND, plugin.kind().word());
        properties.put(DmaTopics.BUNDLE, plugin.bundle());
        if (!reason.isEmpty()) {
            properties.put(DmaTopics.REASON, reason);
        }
        events.post(topic, properties);
    }
}

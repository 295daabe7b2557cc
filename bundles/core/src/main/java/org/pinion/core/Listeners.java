package org.pinion.core;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which topics somebody listens to. An EventAdmin may wake a thread for an event before it finds out that nobody does,
 * which takes longer than a small change of a space.
 */
final class Listeners {

    private static final String ANY = "*";

    private final Map<Long, List<String>> topics = new ConcurrentHashMap<>();

    /**
     * Takes in a listener that has come, or that now listens to something else.
     *
     * @param service its service's id
     * @param property its service's property {@code event.topics}
     */
    void put(long service, Object property) {
        topics.put(service, topics(property));
    }

    void remove(long service) {
        topics.remove(service);
    }

    boolean listenTo(String topic) {
        if (topics.isEmpty()) {
            return false;
        }
        return topics.values().stream().flatMap(List::stream).anyMatch(filter -> matches(filter, topic));
    }

    private static List<String> topics(Object property) {
        return switch (property) {
            case String one -> List.of(one);
            case String[] several -> List.of(several);
            case Collection<?> several -> several.stream().map(String::valueOf).toList();
            case null, default -> List.of();
        };
    }

    /** As EventAdmin has it: a topic, or the beginning of one that ends with a slash and an asterisk, or all. */
    private static boolean matches(String filter, String topic) {
        return filter.equals(topic)
                || filter.equals(ANY)
                || filter.endsWith("/" + ANY) && topic.startsWith(filter.substring(0, filter.length() - 1));
    }
}

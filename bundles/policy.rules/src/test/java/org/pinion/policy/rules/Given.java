package org.pinion.policy.rules;

import java.util.HashMap;
import java.util.Map;

/** Settings for tests: key, value, key, value. */
final class Given {

    private Given() {}

    static Map<String, Object> house(Object... more) {
        Map<String, Object> properties = new HashMap<>(Map.of(
                "org.pinion.policy.name", "house",
                "rules", "low, ram",
                "low.when", "(start<=0xfffff)",
                "low.verdict", "skip",
                "low.because", "low memory is the firmware's, and no device has business there",
                "ram.when", "(&(kind=ram)(trait=gup-able))",
                "ram.verdict", "map",
                "ram.because", "ordinary memory"));
        for (int i = 0; i < more.length; i += 2) {
            properties.put((String) more[i], more[i + 1]);
        }
        return properties;
    }

    static Map<String, Object> houseWithout(String key) {
        Map<String, Object> properties = house();
        properties.remove(key);
        return properties;
    }
}

package org.pinion.policy.rules;

import java.net.URI;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Map;
import org.osgi.service.cm.Configuration;

/**
 * A configuration as it is now.
 *
 * @param pid its PID
 * @param place where people find it
 * @param properties what it says
 */
record Configured(String pid, String place, Map<String, Object> properties) {

    /** FileInstall says here which file a configuration comes from. */
    private static final String FILE = "felix.fileinstall.filename";

    static Configured of(Configuration configuration) {
        Map<String, Object> properties = asMap(configuration.getProperties());
        return new Configured(configuration.getPid(), place(configuration.getPid(), properties), properties);
    }

    private static Map<String, Object> asMap(Dictionary<String, Object> dictionary) {
        Map<String, Object> map = new HashMap<>();
        Collections.list(dictionary.keys()).forEach(key -> map.put(key, dictionary.get(key)));
        return Map.copyOf(map);
    }

    private static String place(String pid, Map<String, Object> properties) {
        String file = String.valueOf(properties.getOrDefault(FILE, ""));
        if (file.startsWith("file:")) {
            return Path.of(URI.create(file)).toString();
        }
        return file.isEmpty() ? "configuration " + pid : file;
    }
}

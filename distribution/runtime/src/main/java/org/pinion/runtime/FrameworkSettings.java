package org.pinion.runtime;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.osgi.framework.Constants;

/** The properties of the framework: {@code etc/framework.properties}, and what only the launcher can know. */
final class FrameworkSettings {

    private FrameworkSettings() {}

    static Map<String, String> of(Installation installation, KernelChoice kernel, Path storage, Layer upTo)
            throws IOException {
        Map<String, String> settings = new HashMap<>();
        PropertyFile.read(installation.etc("framework.properties"))
                .forEach((key, value) -> settings.put(key, System.getProperty(key, substitute(value, installation))));
        settings.putAll(kernel.properties());
        settings.put(Constants.FRAMEWORK_STORAGE, storage.toString());
        settings.put(Constants.FRAMEWORK_BEGINNING_STARTLEVEL, Integer.toString(upTo.startLevel()));
        return settings;
    }

    private static String substitute(String value, Installation installation) {
        return value.replace("${pinion.home}", installation.home().toString())
                .replace("${pinion.state}", installation.state().toString());
    }
}

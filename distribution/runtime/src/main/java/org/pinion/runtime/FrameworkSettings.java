package org.pinion.runtime;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
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

    /** {@return which kernel an operator wants, if that is said: a line of the file, or a system property} */
    static Optional<String> kernel(Installation installation) throws IOException {
        String line = PropertyFile.read(installation.etc("framework.properties")).get(KernelChoice.TYPE_PROPERTY);
        return Optional.ofNullable(System.getProperty(KernelChoice.TYPE_PROPERTY, line));
    }

    private static String substitute(String value, Installation installation) {
        return value.replace("${pinion.home}", installation.home().toString())
                .replace("${pinion.state}", installation.state().toString());
    }
}

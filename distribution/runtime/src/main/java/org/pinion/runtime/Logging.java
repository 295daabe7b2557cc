package org.pinion.runtime;

import java.io.IOException;

/** The settings of SLF4J's simple logger, from {@code etc/logging.properties}. */
final class Logging {

    private Logging() {}

    /** Sets the settings as system properties, since a directory on the class path would rule out the AOT cache. */
    static void configure(Installation installation) throws IOException {
        PropertyFile.read(installation.etc("logging.properties"))
                .forEach((key, value) -> System.getProperties().putIfAbsent(key, value));
        // What has no SLF4J, such as FileInstall, logs through the JDK: a line a message, like all else.
        System.getProperties()
                .putIfAbsent("java.util.logging.SimpleFormatter.format", "%4$s %3$s - %5$s%6$s%n");
    }
}

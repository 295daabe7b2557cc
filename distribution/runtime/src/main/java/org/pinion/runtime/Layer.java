package org.pinion.runtime;

/** Bundles that start together: a directory of the installation, and a start level. */
enum Layer {
    /** Component runtime, configuration, events, and the libraries that bundles import. */
    PLATFORM("bundles/platform"),
    /** FileInstall, which reads {@code etc/} before anybody asks for a configuration, and watches {@code plugins/}. */
    FILES("bundles/files"),
    /** Pinion itself. */
    PINION("bundles/pinion"),
    /** What others wrote. FileInstall puts its bundles on this level, see {@code etc/framework.properties}. */
    PLUGINS("plugins"),
    /** The console, which comes last so that whoever types finds everything there. */
    CONSOLE("bundles/console");

    private final String directory;

    Layer(String directory) {
        this.directory = directory;
    }

    String directory() {
        return directory;
    }

    int startLevel() {
        return ordinal() + 1;
    }
}

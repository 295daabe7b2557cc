package org.pinion.runtime;

import java.nio.file.Path;
import java.util.Map;

/**
 * Where things are.
 *
 * @param home what was installed: {@code lib/ bundles/ etc/ plugins/}
 * @param state what {@code pinion run} remembers
 */
record Installation(Path home, Path state) {

    /** Names the state directory; without it the XDG base directories decide. */
    static final String STATE_VARIABLE = "PINION_STATE";

    private static final String XDG_STATE_VARIABLE = "XDG_STATE_HOME";

    /** The jar that this class was loaded from is {@code lib/NAME.jar}, and the class path consists of it. */
    static Installation here() {
        Path jar = Path.of(System.getProperty("java.class.path"));
        Path home = jar.toAbsolutePath().normalize().getParent().getParent();
        return new Installation(home, state(System.getenv(), Path.of(System.getProperty("user.home"))));
    }

    static Path state(Map<String, String> environment, Path userHome) {
        String named = environment.getOrDefault(STATE_VARIABLE, "");
        if (!named.isEmpty()) {
            return Path.of(named).toAbsolutePath();
        }
        String xdg = environment.getOrDefault(XDG_STATE_VARIABLE, "");
        Path base = xdg.isEmpty() ? userHome.resolve(".local/state") : Path.of(xdg);
        return base.toAbsolutePath().resolve("pinion");
    }

    Path etc(String file) {
        return home.resolve("etc").resolve(file);
    }

    Path bundles(Layer layer) {
        return home.resolve(layer.directory());
    }
}

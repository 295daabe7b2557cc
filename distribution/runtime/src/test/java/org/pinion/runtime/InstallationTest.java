package org.pinion.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InstallationTest {

    private static final Path HOME = Path.of("/home/someone");

    @Test
    void theStateIsKeptWhereTheOperatorSays() {
        Map<String, String> environment = Map.of("PINION_STATE", "/srv/pinion", "XDG_STATE_HOME", "/xdg");

        assertThat(Installation.state(environment, HOME)).isEqualTo(Path.of("/srv/pinion"));
    }

    @Test
    void orWhereTheDesktopSays() {
        assertThat(Installation.state(Map.of("XDG_STATE_HOME", "/xdg"), HOME)).isEqualTo(Path.of("/xdg/pinion"));
    }

    @Test
    void orBelowTheHomeDirectory() {
        assertThat(Installation.state(Map.of("XDG_STATE_HOME", ""), HOME))
                .isEqualTo(HOME.resolve(".local/state/pinion"));
    }
}

package org.pinion.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InvocationTest {

    @Test
    void everythingButTheHostGoesToTheCommand() throws LaunchException {
        Invocation invocation = Invocation.parse("explain", "--host", "/etc/host.yaml", "--json", "a");

        assertThat(invocation.run()).isFalse();
        assertThat(invocation.emulation().host()).contains(Path.of("/etc/host.yaml"));
        assertThat(invocation.arguments()).containsExactly("explain", "--json", "a");
    }

    @Test
    void theHostMayBeGivenWithAnEqualsSign() throws LaunchException {
        assertThat(Invocation.parse("--host=/h.yaml").emulation().host()).contains(Path.of("/h.yaml"));
    }

    @Test
    void aRelativeHostIsRelativeToTheWorkingDirectory() throws LaunchException {
        assertThat(Invocation.parse("--host", "h.yaml").emulation().host()).contains(Path.of("h.yaml").toAbsolutePath());
    }

    @Test
    void runIsTheLaunchersOwnWhereverTheHostStands() throws LaunchException {
        assertThat(Invocation.parse("--host", "h", "run").run()).isTrue();
        assertThat(Invocation.parse("run", "--host", "h").run()).isTrue();
        assertThat(Invocation.parse("run", "--help").arguments()).containsExactly("--help");
    }

    @Test
    void runIsAWordLikeAnyOtherBehindACommand() throws LaunchException {
        assertThat(Invocation.parse("explain", "run").run()).isFalse();
    }

    @Test
    void onlyTheDoctorAsksAboutTheMachine() throws LaunchException {
        assertThat(Invocation.parse("--host=h", "doctor", "--json").aboutTheMachine()).isTrue();
        assertThat(Invocation.parse("explain", "doctor").aboutTheMachine()).isFalse();
    }

    @Test
    void behindTwoDashesNothingIsTheLaunchers() throws LaunchException {
        Invocation invocation = Invocation.parse("explain", "--", "--host", "h");

        assertThat(invocation.emulation().host()).isEmpty();
        assertThat(invocation.arguments()).containsExactly("explain", "--", "--host", "h");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--host", "--host="})
    void aHostWithoutAFileIsRefused(String option) {
        assertThatThrownBy(() -> Invocation.parse("explain", option))
                .isInstanceOfSatisfying(LaunchException.class, refusal -> assertThat(refusal.exitCode()).isEqualTo(2))
                .hasMessageContaining("--host needs a file");
    }

    @Test
    void theReleaseToEmulateIsTheLaunchersToo() throws LaunchException {
        Invocation invocation = Invocation.parse("plug", "--emulate", "6.12", "x");

        assertThat(invocation.emulation().release()).contains("6.12");
        assertThat(invocation.arguments()).containsExactly("plug", "x");
        assertThat(Invocation.parse("--emulate=7.3").emulation().release()).contains("7.3");
    }

    @Test
    void aReleaseIsNamedOnce() {
        assertThatThrownBy(() -> Invocation.parse("--emulate")).hasMessageContaining("--emulate needs a release");
        assertThatThrownBy(() -> Invocation.parse("--emulate=a", "--emulate=b")).hasMessageContaining("given twice");
    }

    @Test
    void twoHostsAreRefused() {
        assertThatThrownBy(() -> Invocation.parse("--host", "a", "--host=b")).hasMessageContaining("given twice");
    }
}

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
        assertThat(invocation.host()).contains(Path.of("/etc/host.yaml"));
        assertThat(invocation.arguments()).containsExactly("explain", "--json", "a");
    }

    @Test
    void theHostMayBeGivenWithAnEqualsSign() throws LaunchException {
        assertThat(Invocation.parse("--host=/h.yaml").host()).contains(Path.of("/h.yaml"));
    }

    @Test
    void aRelativeHostIsRelativeToTheWorkingDirectory() throws LaunchException {
        assertThat(Invocation.parse("--host", "h.yaml").host()).contains(Path.of("h.yaml").toAbsolutePath());
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

        assertThat(invocation.host()).isEmpty();
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
    void twoHostsAreRefused() {
        assertThatThrownBy(() -> Invocation.parse("--host", "a", "--host=b")).hasMessageContaining("given twice");
    }
}

package org.pinion.core.space;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.pinion.api.IommuException;

@Timeout(60)
class BackendPresenceTest {

    private static final String COMMIT = "commit of 'view'";

    private BackendPresence waitingFor(Duration longest) {
        return new BackendPresence("guest", () -> "recorder", () -> longest);
    }

    @Test
    void whoHasWaitedLongEnoughIsToldWhatIsMissing() {
        BackendPresence presence = waitingFor(Duration.ofMillis(1));
        presence.left("it is updated", true);
        assertThatThrownBy(() -> presence.await(COMMIT))
                .isInstanceOf(IommuException.class)
                .hasMessage("commit of 'view': backend recorder is being replaced: it is updated; remedy: start the"
                        + " backend again, have another bundle adopt the space, or close it");
        assertThat(presence.isThere()).isFalse();
    }

    @Test
    void nobodyWaitsForABackendThatIsNotReplaced() {
        BackendPresence presence = waitingFor(Duration.ofDays(1));
        presence.left("it was stopped", false);
        assertThatThrownBy(() -> presence.await(COMMIT)).hasMessageContaining("the backend of address space 'guest'"
                + " is gone: it was stopped");
    }

    @Test
    void whoWaitsIsToldThatNobodyComes() throws Exception {
        BackendPresence presence = waitingFor(Duration.ofDays(1));
        presence.left("it is updated", true);
        CompletableFuture<Void> writer = CompletableFuture.runAsync(() ->
                assertThatThrownBy(() -> presence.await(COMMIT)).hasMessageContaining("it was uninstalled"));
        assertThat(presence.giveUp("it was uninstalled")).isTrue();
        writer.get(10, SECONDS);
        presence.there();
        assertThatCode(() -> presence.await(COMMIT)).doesNotThrowAnyException();
    }
}

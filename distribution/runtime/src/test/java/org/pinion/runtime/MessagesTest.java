package org.pinion.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;

class MessagesTest {

    private static final Bundle EMULATOR = (Bundle) Proxy.newProxyInstance(
            MessagesTest.class.getClassLoader(), new Class<?>[] {Bundle.class}, (_, _, _) -> "org.pinion.emulator");

    @Test
    void whatAnActivatorHasToSayIsLeftAsItStands() {
        BundleException refusal = refusal(new IOException("host.yaml, line 3: no such device"));

        assertThat(Messages.ofStart(EMULATOR, refusal)).isEqualTo("host.yaml, line 3: no such device");
    }

    @Test
    void theActivatorsOwnWordsBeatThoseOfWhatItCaught() {
        BundleException refusal = refusal(new IllegalArgumentException("host.yaml: not a host", new IOException("x")));

        assertThat(Messages.ofStart(EMULATOR, refusal)).isEqualTo("host.yaml: not a host");
    }

    @Test
    void aMistakeInABundleIsNamedWithTheBundle() {
        assertThat(Messages.ofStart(EMULATOR, refusal(new NullPointerException())))
                .isEqualTo("bundle org.pinion.emulator does not start: java.lang.NullPointerException");
    }

    @Test
    void aMissingPackageIsNamedWithTheBundle() {
        BundleException unresolved = new BundleException("missing requirement x.y", BundleException.RESOLVE_ERROR);

        assertThat(Messages.ofStart(EMULATOR, unresolved))
                .isEqualTo("bundle org.pinion.emulator does not start: missing requirement x.y");
    }

    @Test
    void aMissingFileIsSaidToBeMissing() {
        assertThat(Messages.of(new NoSuchFileException("/h.yaml"))).isEqualTo("/h.yaml does not exist");
    }

    private static BundleException refusal(Throwable cause) {
        return new BundleException("Activator start error", BundleException.ACTIVATOR_ERROR, cause);
    }
}

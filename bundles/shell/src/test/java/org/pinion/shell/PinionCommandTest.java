package org.pinion.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Version;
import org.pinion.shell.fake.FakeDma;
import org.pinion.shell.fake.Lab;

class PinionCommandTest {

    private final PrintStream standardOutput = System.out;
    private final PrintStream standardError = System.err;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void redirect() {
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void restore() {
        System.setOut(standardOutput);
        System.setErr(standardError);
    }

    @Test
    void itWritesToTheStreamsOfTheMomentAndReturnsTheExitCode() {
        assertThat(command(Lab.host()).applyAsInt(new String[] {"--version"})).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("pinion 0.1.0.test\n");
        assertThat(command(Lab.host()).applyAsInt(new String[] {"frob"})).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).startsWith("pinion: Unmatched argument");
    }

    @Test
    void theAllocatorMayComeLater() {
        FakeDma host = Lab.host();
        PinionCommand command = command(host);
        String[] plug = {"plug", "x", "--device", Lab.EDU0};
        assertThat(command.applyAsInt(plug)).isEqualTo(1);
        command.memory = host.memory;
        assertThat(command.applyAsInt(plug)).isZero();
    }

    @Test
    void aLauncherFindsItByAPropertyAndTypesOfItsOwn() throws IOException {
        try (InputStream description =
                getClass().getResourceAsStream("/OSGI-INF/org.pinion.shell.PinionCommand.xml")) {
            assertThat(new String(description.readAllBytes(), StandardCharsets.UTF_8))
                    .contains("<provide interface=\"java.util.function.ToIntFunction\"/>")
                    .contains("<property name=\"org.pinion.command\" type=\"String\" value=\"pinion\"/>");
        }
    }

    private static PinionCommand command(FakeDma host) {
        Bundle bundle = only(Bundle.class, "getVersion", new Version(0, 1, 0, "test"));
        return new PinionCommand(host, host.runtime(), only(BundleContext.class, "getBundle", bundle));
    }

    /** An object with one method that answers. */
    private static <T> T only(Class<T> type, String method, Object answer) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, called, args) -> {
            assertThat(called.getName()).isEqualTo(method);
            return answer;
        }));
    }
}

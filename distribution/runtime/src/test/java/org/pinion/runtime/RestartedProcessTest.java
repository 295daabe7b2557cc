package org.pinion.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.ffm.NativeKernel;
import org.pinion.linux.notify.DescriptorKeeper;

/** Real processes are killed and started again. */
class RestartedProcessTest {

    @TempDir
    private Path directory;

    private final NativeKernel kernel = new NativeKernel();
    private DescriptorKeeper keeper;

    @BeforeEach
    void listen() throws ErrnoException {
        keeper = new DescriptorKeeper(kernel, directory.resolve("notify"));
    }

    @AfterEach
    void close() {
        keeper.close();
    }

    private int run(String... command) throws Exception {
        return new RestartedProcess(kernel, keeper, List.of(command)).run();
    }

    @Test
    void aJvmThatIsKilledFindsItsFileWhenItIsStartedAgain() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        assertThat(run(java, "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp",
                System.getProperty("java.class.path"), StoringChild.class.getName())).isEqualTo(StoringChild.FOUND);
        assertThat(keeper.files()).hasSize(1);
    }

    @Test
    void whatEndsByItselfIsNotStartedAgain() throws Exception {
        Path runs = directory.resolve("runs");
        assertThat(run("/bin/sh", "-c", "echo run >>" + runs + "; exit 3")).isEqualTo(3);
        assertThat(Files.readAllLines(runs)).hasSize(1);
    }

    @Test
    void whatIsKilledOverAndOverIsGivenUp() throws Exception {
        Path runs = directory.resolve("runs");
        assertThatThrownBy(() -> run("/bin/sh", "-c", "echo run >>" + runs + "; kill -9 $$"))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("was killed 5 times in a row, each time within 10 s");
        assertThat(Files.readAllLines(runs)).hasSize(5);
    }
}

package org.pinion.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code distribution/samples/low-memory-policy}, built alone by the build, dropped into a runtime. */
class SamplePolicyIT {

    private static final String JAR = "com.example.lowmemory-1.0.0.jar";
    private static final Path SAMPLE = Path.of(System.getProperty("pinion.samples"), "low-memory-policy");
    private static final String PACKAGE = "java/com/example/lowmemory";
    private static final Path BUILT = SAMPLE.resolve("target").resolve(JAR);

    private static final Path GUIDE = Pinion.COMMAND.resolveSibling("../bundles/spi/README.md").normalize();
    private static final Path TESTKIT = Pinion.COMMAND.resolveSibling("../bundles/testkit/README.md").normalize();
    private static final Path CAPTURES = Path.of(System.getProperty("pinion.captures"));

    @TempDir
    private Path directory;

    private Path home;

    @BeforeEach
    void copyTheRuntime() throws IOException {
        home = Shipped.copyTo(directory.resolve("pinion"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"main NothingBelowOneMegabyte", "test NothingBelowOneMegabyteTest"})
    void theGuideShowsItAndItsOwnTestWhole(String type) throws IOException {
        assertThat(Files.readString(GUIDE)).contains(shown(type));
    }

    private static String shown(String type) throws IOException {
        String[] words = type.split(" ");
        Path source = SAMPLE.resolve("src").resolve(words[0]).resolve(PACKAGE).resolve(words[1] + ".java");
        return "```java\n" + Files.readString(source) + "```\n";
    }

    @ParameterizedTest
    @ValueSource(strings = {"test NothingBelowOneMegabyteContractTest", "test LowMemoryBundleIT"})
    void theTestkitShowsHowItIsTested(String test) throws IOException {
        assertThat(Files.readString(TESTKIT)).contains(shown(test));
    }

    @Test
    void droppedInItIsAPolicyLikeAnyOther() throws Exception {
        Files.copy(BUILT, home.resolve("plugins").resolve(JAR));

        Pinion.Result plugins = pinion().run("plugins");
        assertThat(plugins.err()).isEmpty();
        assertThat(plugins.out()).containsPattern("policy +nothing-below-1m +active +com.example.lowmemory 1.0.0");

        String capture = CAPTURES.resolve("q35-base.mtree").toString();
        Pinion.Result explained = pinion().run("explain", capture, "--policy", "strict,nothing-below-1m");
        assertThat(explained.err()).isEmpty();
        assertThat(explained.out())
                .containsPattern("0x0-0xc2fff +780 KiB +map r file +pc.ram \\(ram\\)")
                .containsPattern("0x100000-0x[0-9a-f]+ +[0-9]+ MiB +map rw file +pc.ram \\(ram\\)");
    }

    private Pinion pinion() {
        return new Pinion(directory).command(home.resolve("bin/pinion"));
    }
}

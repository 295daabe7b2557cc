package org.pinion.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pinion's bundles under Felix's own launcher, as the page about other frameworks says, without the download. */
class PlainFelixIT {

    private static final Path PAGE = Pinion.COMMAND.resolveSibling("features/README.md");
    private static final String RUNTIME = "distribution/runtime/target/pinion";
    private static final String DOWNLOAD = "mvn -B -ntp -q dependency:copy -Dartifact=org.apache.felix:%s:%s"
            + " -DoutputDirectory=felix";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    private Guide guide;
    private Path output;
    private Process felix;

    @BeforeEach
    void follow() throws IOException {
        guide = Guide.of(PAGE, "Felix");
        Path home = Shipped.copyTo(Files.createDirectories(directory.resolve(RUNTIME).getParent()).resolve("pinion"));
        Path launcher = launcher();
        Files.copy(launcher, Files.createDirectory(home.resolve("felix")).resolve(launcher.getFileName()));
        Path script = Files.writeString(directory.resolve("script"), guide.script().replace(download(launcher), ""));
        output = directory.resolve("output");
        ProcessBuilder builder = new ProcessBuilder("sh", "-eu", script.toString())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().merge("PATH", System.getProperty("java.home") + "/bin", (path, java) ->
                java + File.pathSeparator + path);
        felix = builder.start();
    }

    private static Path launcher() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("target/felix"))) {
            return files.findFirst().orElseThrow();
        }
    }

    /** The one command that is not made again: the build has downloaded the same file. */
    private static String download(Path launcher) throws IOException {
        String[] named = launcher.getFileName().toString().replace(".jar", "").split("-");
        String command = DOWNLOAD.formatted((Object[]) named);
        assertThat(Files.readString(PAGE)).contains(command);
        return command;
    }

    @AfterEach
    void kill() {
        felix.descendants().forEach(ProcessHandle::destroyForcibly);
        felix.destroyForcibly();
    }

    @Test
    void theConsoleHasPinionsCommandsAndEndsTheProcess() throws Exception {
        List<String> printed = guide.printed();
        assertThat(printed).isNotEmpty();
        await().atMost(PATIENCE).pollInterval(Duration.ofSeconds(1)).untilAsserted(() -> {
            type("dma:plugins");
            assertThat(Files.readString(output).replaceAll(" +", " ")).contains(printed);
        });

        type("exit 0");

        assertThat(felix.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(felix.exitValue()).isZero();
    }

    private void type(String line) throws IOException {
        felix.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        felix.getOutputStream().flush();
    }
}

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
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pinion's bundles under the frameworks' own launchers, as the page about them says, without the download. */
class PlainFrameworksIT {

    private static final Path PAGE = Pinion.COMMAND.resolveSibling("features/README.md");
    private static final String RUNTIME = "distribution/runtime/target/pinion";
    private static final String DOWNLOAD = "mvn -B -ntp -q dependency:copy -Dartifact=%s:%s:%s"
            + " -DoutputDirectory=%s";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    private Guide guide;
    private Path output;
    private Process process;

    private void follow(String framework, String group) throws IOException {
        guide = Guide.of(PAGE, framework);
        String folder = framework.toLowerCase(Locale.ROOT);
        Path home = Shipped.copyTo(Files.createDirectories(directory.resolve(RUNTIME).getParent()).resolve("pinion"));
        Path launcher = launcher(folder);
        Files.copy(launcher, Files.createDirectory(home.resolve(folder)).resolve(launcher.getFileName()));
        Path script = Files.writeString(directory.resolve("script"), guide.script().replace(download(group, launcher), ""));
        output = directory.resolve("output");
        ProcessBuilder builder = new ProcessBuilder("sh", "-eu", script.toString())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().merge("PATH", System.getProperty("java.home") + "/bin", (path, java) ->
                java + File.pathSeparator + path);
        process = builder.start();
    }

    private static Path launcher(String folder) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("target", folder))) {
            return files.findFirst().orElseThrow();
        }
    }

    /** The one command that is not made again: the build has downloaded the same file. */
    private static String download(String group, Path launcher) throws IOException {
        String[] named = launcher.getFileName().toString().replace(".jar", "").split("-");
        String command = DOWNLOAD.formatted(group, named[0], named[1], launcher.getParent().getFileName());
        assertThat(Files.readString(PAGE)).contains(command);
        return command;
    }

    @AfterEach
    void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    @ParameterizedTest
    @CsvSource({"Felix, org.apache.felix", "Equinox, org.eclipse.platform"})
    void theConsoleHasPinionsCommandsAndEndsTheProcess(String framework, String group) throws Exception {
        follow(framework, group);
        List<String> printed = guide.printed();
        assertThat(printed).isNotEmpty();
        await().atMost(PATIENCE).pollInterval(Duration.ofSeconds(1)).untilAsserted(() -> {
            type("dma:plugins");
            assertThat(Files.readString(output).replaceAll(" +", " ")).contains(printed);
        });

        type("exit 0");

        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    private void type(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }
}

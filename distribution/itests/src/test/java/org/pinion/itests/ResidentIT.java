package org.pinion.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code pinion run}: stays up, takes plugins in and lets them go, ends when told. */
class ResidentIT {

    private static final Path HOST = Path.of("src/test/resources/host.yaml").toAbsolutePath();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    private Path plugins;
    private Path output;
    private Process pinion;

    @BeforeEach
    void start() throws IOException {
        plugins = Files.createDirectories(directory.resolve("plugins"));
        output = directory.resolve("output");
        pinion = new Pinion(directory)
                .with("PINION_OPTS", "-Dfelix.fileinstall.poll=100 -Dfelix.fileinstall.dir=" + plugins)
                .start(output, "run", "--host", HOST.toString());
        await().atMost(PATIENCE).until(() -> output().contains("pinion: up with the emulated kernel"));
    }

    @AfterEach
    void kill() {
        pinion.destroyForcibly();
    }

    @Test
    void itSaysHowManyBundlesAreUpAndEndsFromTheConsole() throws Exception {
        assertThat(output()).containsPattern("\\d{2} bundles active");

        type("exit 0");

        assertThat(pinion.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(pinion.exitValue()).isZero();
    }

    @Test
    void itStaysUpWithoutInputAndEndsWhenTold() throws Exception {
        pinion.getOutputStream().close();
        await().atMost(PATIENCE).until(() -> output().contains("stopping shell"));
        assertThat(pinion.isAlive()).isTrue();

        pinion.destroy();

        assertThat(pinion.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(output()).doesNotContain("Exception");
    }

    @Test
    void aPluginThatIsDroppedInComesUpIsUpdatedAndGoes() throws Exception {
        drop(SmallBundle.of("protecting", Healthy.Protecting.class));
        awaitConsole("protecting +active");

        drop(SmallBundle.of("protecting", Healthy.Lenient.class));
        awaitConsole("house +active");

        Files.delete(plugins.resolve("plugin.jar"));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(ask()).contains("iommufd").doesNotContain("house"));
    }

    @Test
    void rulesAreReadFromAFileAndAWrongEditIsNamedAndChangesNothing() throws Exception {
        configure("(start<=0xfffff)");
        awaitConsole("house +active");

        configure("(start<=0xfffff");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(output()).contains(
                plugins.resolve("org.pinion.policy.rules-house.cfg") + " is refused: rule 'low': column 16 of"
                        + " (start<=0xfffff: it ends too early; the rules that 'house' had stay in force"));
        awaitConsole("house +active");

        Files.delete(plugins.resolve("org.pinion.policy.rules-house.cfg"));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(ask()).contains("iommufd").doesNotContain("house"));
    }

    private void configure(String filter) throws IOException {
        Path unfinished = Files.writeString(directory.resolve("rules.tmp"), """
                org.pinion.policy.name = house
                rules = low
                low.when = %s
                low.verdict = skip
                low.because = nobody has business there
                """.formatted(filter));
        Files.move(
                unfinished,
                plugins.resolve("org.pinion.policy.rules-house.cfg"),
                StandardCopyOption.REPLACE_EXISTING);
    }

    private void drop(InputStream jar) throws IOException {
        Path unfinished = directory.resolve("plugin.tmp");
        Files.copy(jar, unfinished);
        Files.move(unfinished, plugins.resolve("plugin.jar"), StandardCopyOption.REPLACE_EXISTING);
    }

    private void awaitConsole(String pattern) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(ask()).containsPattern(pattern));
    }

    /** What the console answers when it is asked for the plugins. */
    private String ask() throws IOException {
        int before = output().length();
        type("dma:plugins");
        await().atMost(PATIENCE).until(() -> output().indexOf("strict", before) >= 0);
        return output().substring(before);
    }

    private void type(String line) throws IOException {
        pinion.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        pinion.getOutputStream().flush();
    }

    private String output() throws IOException {
        return Files.exists(output) ? Files.readString(output) : "";
    }
}

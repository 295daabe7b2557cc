package org.pinion.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shipped command as a process. */
class LauncherIT {

    private static final Path CAPTURES = Path.of(System.getProperty("pinion.captures"));
    private static final Path HOST = Path.of("src/test/resources/host.yaml").toAbsolutePath();

    @TempDir
    private Path directory;

    @Test
    void helpListsTheCommands() throws Exception {
        Pinion.Result result = pinion().run("--help");

        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).startsWith("Usage: pinion").contains("explain", "plug", "run");
        assertThat(result.err()).isEmpty();
    }

    @Test
    void aWrongOptionIsWrongUsage() throws Exception {
        Pinion.Result result = pinion().run("explain", "--no-such-option");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("--no-such-option").doesNotContain("\tat ");
        assertThat(result.out()).isEmpty();
    }

    @Test
    void aHostFileThatIsNotThereIsSaidInOneLine() throws Exception {
        Pinion.Result result = pinion().run("devices", "--host", directory.resolve("none.yaml").toString());

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err().lines()).singleElement().asString()
                .startsWith("pinion: ")
                .contains(directory.resolve("none.yaml").toString());
    }

    @Test
    void aHostFileThatIsNoneIsSaidInOneLine() throws Exception {
        Path host = Files.writeString(directory.resolve("host.yaml"), "devices: [");

        Pinion.Result result = pinion().run("devices", "--host=" + host);

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err().lines()).singleElement().asString().contains("host.yaml").doesNotContain("Exception");
    }

    @Test
    void devicesOfAnEmulatedHostMoveBytesThroughTheMemoryOfARealGuest() throws Exception {
        Pinion.Result result = pinion().run(
                "plug", CAPTURES.resolve("q35-base.mtree").toString(), "--host", HOST.toString(), "--device", "0000:00:10.0");

        assertThat(result.err()).isEmpty();
        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).contains("0000:00:10.0");
    }

    @Test
    void rulesAreTriedOutBeforeTheyAreInForce() throws Exception {
        String rules = Files.readString(Pinion.COMMAND.resolveSibling("../bundles/policy.rules/README.md"))
                .split("```properties\n")[1]
                .split("```")[0];
        Path right = Files.writeString(directory.resolve("house.cfg"), rules);
        String capture = CAPTURES.resolve("q35-base.mtree").toString();

        Pinion.Result checked = pinion().run("rules", "check", right.toString(), "--against", capture);
        assertThat(checked.err()).isEmpty();
        assertThat(checked.exitCode()).isZero();
        assertThat(checked.out())
                .contains("then  map r file, house/low: nothing below 1 MiB may be written")
                .contains("then  skip, house/firmware: no device has business with firmware")
                .contains("refused  nothing");

        Path wrong = Files.writeString(directory.resolve("wrong.cfg"), rules.replace("(start<=0xfffff)", "(start<=1MB)"));
        Pinion.Result refused = pinion().run("rules", "check", wrong.toString(), "--against", capture);
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err()).startsWith(
                "pinion: " + wrong + ": rule 'low': column 21 of (&(kind=ram)(start<=1MB)): 'start': '1MB' is no number");
    }

    @Test
    void theDoctorExaminesTheMachineItself() throws Exception {
        Pinion.Result result = pinion().run("doctor", "--json");

        assertThat(result.out()).contains("\"id\" : \"kernel.release\"").doesNotContain("emulated");
        assertThat(result.exitCode()).isEqualTo(result.out().contains("\"usable\" : true") ? 0 : 1);
        assertThat(result.err().lines()).hasSize(result.exitCode()).allMatch(line -> line.startsWith("pinion: no device"));
    }

    @Test
    void theDoctorExaminesAnEmulatedHostIfAskedTo() throws Exception {
        Pinion.Result result = pinion().run("doctor", "--host", HOST.toString());

        assertThat(result.err()).isEmpty();
        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).contains("emulated", "0000:00:10.0", "usable IO addresses", "devices can be used");
    }

    @Test
    void anOlderKernelIsEmulatedIfAskedTo() throws Exception {
        Pinion.Result result = pinion().run("doctor", "--emulate", "6.12");

        assertThat(result.err()).isEmpty();
        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).contains("Linux 6.12.117 emulated in Java");
    }

    @Test
    void aKernelThatIsNotEmulatedIsSaidInOneLine() throws Exception {
        Pinion.Result result = pinion().run("devices", "--emulate=5.4");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err().lines()).singleElement().asString()
                .contains("Linux 5.4 is not emulated; there are 6.12, 7.3");
    }

    @Test
    void throughContainersTheyReachTheSame() throws Exception {
        String capture = CAPTURES.resolve("q35-base.mtree").toString();
        Pinion.Result result = pinion().run(
                "plug", capture, "--host", HOST.toString(), "--device", "0000:00:10.0", "--backend", "vfio");

        assertThat(result.err()).isEmpty();
        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).contains("backend      vfio", "0000:00:10.0 (1234:11e8): ok", "nothing is left mapped");
    }

    @Test
    void nothingIsLeftBehind() throws Exception {
        pinion().run("plugins");

        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder("out", "err");
        }
    }

    @Test
    void nothingIsLeftBehindByACommandThatIsToldToEnd() throws Exception {
        String capture = CAPTURES.resolve("q35-base.mtree").toString();
        Process process = pinion().start(directory.resolve("out"), "explain", capture);
        await().atMost(Duration.ofMinutes(1)).until(() -> !process.isAlive() || !frameworks().isEmpty());
        process.destroy();
        process.waitFor();

        assertThat(frameworks()).isEmpty();
        assertThat(directory.resolve("out")).content().doesNotContain("Exception");
    }

    private List<Path> frameworks() throws IOException {
        try (Stream<Path> left = Files.list(directory)) {
            return left.filter(file -> file.getFileName().toString().startsWith("pinion-")).toList();
        }
    }

    @Test
    void theCommandWorksThroughALink() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("dma"), Pinion.COMMAND);

        assertThat(pinion().command(link).run("--version").exitCode()).isZero();
        Files.delete(link);
    }

    /** A clone in which nothing was built, and a Maven that says what it was told and does what a script says. */
    private Pinion clone(String maven) throws IOException {
        Path clone = Files.createDirectories(directory.resolve("clone/distribution"));
        Files.writeString(clone.resolveSibling("pom.xml"), "<project/>");
        Path mvn = Files.createDirectory(directory.resolve("bin")).resolve("mvn");
        Files.writeString(mvn, "#!/bin/sh\necho \"$@\" >>told\necho \"$JAVA_HOME\" >>told\n" + maven);
        Files.setPosixFilePermissions(mvn, PosixFilePermissions.fromString("rwxr-xr-x"));
        return pinion()
                .command(Files.copy(Pinion.COMMAND, clone.resolve("pinion"), StandardCopyOption.COPY_ATTRIBUTES))
                .with("PATH", mvn.getParent() + File.pathSeparator + System.getenv("PATH"));
    }

    @Test
    void whatIsNotBuiltYetTheFirstCommandBuilds() throws Exception {
        Pinion pinion = clone("""
                echo '[INFO] Building Pinion :: core 0.1.0-SNAPSHOT [1/2]'
                cp -r '%s' distribution/runtime/target/pinion
                """.formatted(Shipped.HOME));
        Pinion.Result first = pinion.run("plugins");
        assertThat(first.err().lines()).containsExactly(
                "pinion: building Pinion (first run, about a minute) ...", "pinion:   core");
        assertThat(first.out()).contains("iommufd");
        assertThat(first.exitCode()).isZero();
        assertThat(pinion.run("plugins").err()).isEmpty();
        assertThat(directory.resolve("clone/told")).content().isEqualTo(
                "-B -ntp -pl distribution/runtime -am -Dmaven.test.skip=true package\n"
                        + System.getProperty("java.home") + "\n");
        assertThat(directory.resolve("clone/distribution/.building")).doesNotExist();
    }

    @Test
    void whatCannotBeBuiltIsSaidWithTheEndOfTheLog() throws Exception {
        Pinion.Result failed = clone("echo '[ERROR] no such artifact'\nexit 1\n").run("plugins");
        assertThat(failed.exitCode()).isEqualTo(1);
        assertThat(failed.out()).isEmpty();
        assertThat(failed.err()).contains("[ERROR] no such artifact\npinion: could not be built; the whole log is ");
        assertThat(directory.resolve("clone/distribution/.building")).doesNotExist();
    }

    @Test
    void theSecondStartUsesACacheThatTheFirstHasMade() throws Exception {
        Path cache = directory.resolve("cache");
        Pinion pinion = pinion().with("PINION_OPTS", "").with("PINION_CACHE", cache.toString());

        assertThat(pinion.run("--version").exitCode()).isZero();
        await().atMost(Duration.ofMinutes(1)).until(() -> files(cache).equals(List.of("aot")));
        Pinion.Result second = pinion.run("--version");

        assertThat(second.exitCode()).isZero();
        assertThat(second.err()).isEmpty();
        assertThat(files(cache)).containsExactly("aot");
    }

    @Test
    void whatIsMovedAfterItWasUsedStillStarts() throws Exception {
        Path home = Shipped.copyTo(directory.resolve("before"));
        assertThat(moving(home).run("--version").exitCode()).isZero();
        await().atMost(Duration.ofMinutes(1)).until(() -> files(home.resolve("cache")).equals(List.of("aot")));

        Pinion.Result moved = moving(Files.move(home, directory.resolve("after"))).run("plugins");

        assertThat(moved.err()).isEmpty();
        assertThat(moved.out()).contains("iommufd");
    }

    private Pinion moving(Path home) {
        return pinion().with("PINION_OPTS", "").command(home.resolve("bin/pinion"));
    }

    /** The endings of the names in a directory. */
    private static List<String> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.toString().replaceFirst(".*[.]", "")).toList();
        }
    }

    private Pinion pinion() {
        return new Pinion(directory);
    }
}

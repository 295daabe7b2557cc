package org.pinion.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guide for authors of backends, followed as it stands there from an empty folder, on a clone of this tree. */
class AuthorsGuideIT {

    private static final Path CHECKOUT = Pinion.COMMAND.resolveSibling("..").normalize();
    private static final Path PAGE = CHECKOUT.resolve("bundles/spi/README.md");
    private static final String DOWNLOADED = System.getProperty("pinion.downloaded");
    private static final long PATIENCE_SECONDS = 300;

    private Guide guide;

    @TempDir
    private Path directory;

    @BeforeEach
    void read() throws IOException {
        guide = Guide.of(PAGE, "From an empty folder");
    }

    @Test
    void itSaysHowMuchThereIsToDo() throws IOException {
        assertThat(Files.readString(PAGE)).contains(guide.measure());
    }

    @Test
    void whoFollowsItHasABackendThatWorks() throws IOException, InterruptedException {
        cloneTheCheckout();
        takeWhatIsDownloaded();
        String said = follow();
        tellHowLongItTook(said);
        int at = 0;
        for (String line : guide.printed()) {
            int found = said.indexOf(spaced(line), at);
            assertThat(found).as("'%s' where it is to be in%n%s", line, said).isNotNegative();
            at = found + spaced(line).length();
        }
    }

    /** Maven leaves a line unfinished, so that what comes next may begin within one. */
    private void tellHowLongItTook(String said) {
        System.out.println(Guide.CLOCK + guide.measure());
        said.lines()
                .filter(line -> line.contains(Guide.CLOCK))
                .forEach(line -> System.out.println(line.substring(line.indexOf(Guide.CLOCK))));
    }

    private static String spaced(String text) {
        return text.replaceAll(" +", " ");
    }

    private String follow() throws IOException, InterruptedException {
        Path script = Files.writeString(directory.resolve("guide"), guide.script());
        Path said = directory.resolve("said");
        ProcessBuilder builder = new ProcessBuilder("sh", "-eu", script.toString())
                .directory(Files.createDirectory(directory.resolve("empty")).toFile())
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        builder.environment().putAll(Map.of(
                "JAVA_HOME", System.getProperty("java.home"),
                "PINION", directory.resolve("clone").toString(),
                "PINION_OPTS", "-Djava.io.tmpdir=" + directory,
                "MAVEN_OPTS", "-Duser.home=" + directory));
        Process process = builder.start();
        boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        assertThat(ended && process.exitValue() == 0).as(Files.readString(said)).isTrue();
        return spaced(Files.readString(said));
    }

    /** What is built stays behind, but for the runtime, which the build that runs this test has just made. */
    private void cloneTheCheckout() throws IOException {
        Path clone = directory.resolve("clone");
        Files.walkFileTree(CHECKOUT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path from, BasicFileAttributes attributes) throws IOException {
                if (Set.of("target", ".git").contains(from.getFileName().toString())) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Files.createDirectory(clone.resolve(CHECKOUT.relativize(from).toString()));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path from, BasicFileAttributes attributes) throws IOException {
                Path to = clone.resolve(CHECKOUT.relativize(from).toString());
                Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES);
                return FileVisitResult.CONTINUE;
            }
        });
        Shipped.copyTo(Files.createDirectories(clone.resolve("distribution/runtime/target")).resolve("pinion"));
    }

    /** Maven has a home of its own, with nothing in it, and looks first at what this build has downloaded. */
    private void takeWhatIsDownloaded() throws IOException {
        String repository = """
                <id>downloaded</id>
                <url>%s</url>
                <releases><checksumPolicy>ignore</checksumPolicy></releases>
                <snapshots><enabled>false</enabled></snapshots>
                """.formatted(Path.of(DOWNLOADED).toUri());
        Files.writeString(Files.createDirectory(directory.resolve(".m2")).resolve("settings.xml"), """
                <settings>
                  <profiles>
                    <profile>
                      <id>downloaded</id>
                      <repositories><repository>%1$s</repository></repositories>
                      <pluginRepositories><pluginRepository>%1$s</pluginRepository></pluginRepositories>
                    </profile>
                  </profiles>
                  <activeProfiles><activeProfile>downloaded</activeProfile></activeProfiles>
                </settings>
                """.formatted(repository));
    }
}

package org.pinion.testkit;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A copy of an assembled Pinion, in which plugins are tried as an operator would: by dropping them in. */
final class Distribution {

    private static final String COMMAND = "bin/pinion";
    private static final String PLUGINS = "plugins";
    private static final Pattern LISTED = Pattern.compile("\"kind\" : \"([^\"]*)\",\\s*\"name\" : \"([^\"]*)\",\\s*"
            + "\"bundle\" : \"([^\"]*)\",\\s*\"state\" : \"([^\"]*)\"");

    private final Path home;
    private final Path work;

    /**
     * A plugin, as {@code pinion plugins} lists it.
     *
     * @param kind backend, classifier, policy or source
     * @param name its name
     * @param bundle its bundle's symbolic name and version
     * @param state what became of it
     */
    record Listed(String kind, String name, String bundle, String state) {}

    /**
     * What the command said.
     *
     * @param plugins what it listed
     * @param complaints what it wrote beside, or instead of, the list
     */
    record Said(List<Listed> plugins, String complaints) {}

    private Distribution(Path home, Path work) {
        this.home = home;
        this.work = work;
    }

    /** Copies what is assembled, without the start-up cache, which is another one with every plugin. */
    static Distribution copy(Path assembled, Path work) throws IOException {
        if (!Files.isExecutable(assembled.resolve(COMMAND))) {
            throw new IOException("no assembled Pinion is in " + assembled + ": it has no " + COMMAND
                    + "; 'distribution/pinion plugins' makes one in distribution/runtime/target/pinion");
        }
        Path home = work.resolve("pinion");
        Path cache = assembled.resolve("cache");
        try (Stream<Path> files = Files.walk(assembled)) {
            for (Path file : files.filter(file -> !file.startsWith(cache)).toList()) {
                Files.copy(file, home.resolve(assembled.relativize(file).toString()));
            }
        }
        return new Distribution(home, work);
    }

    /** Puts a plugin in the place of those of its bundle's name. */
    void drop(Path jar, String symbolicName) throws IOException {
        Pattern other = Pattern.compile(Pattern.quote(symbolicName) + "-[0-9].*\\.jar");
        try (Stream<Path> files = Files.walk(home)) {
            List<Path> others = files.filter(file -> other.matcher(file.getFileName().toString()).matches()).toList();
            for (Path file : others) {
                Files.delete(file);
            }
        }
        Files.copy(jar, home.resolve(PLUGINS).resolve(jar.getFileName().toString()));
    }

    /**
     * Asks {@code pinion plugins}, which starts a framework with all that is there. With options of its own for the JVM
     * the command leaves no other process behind that makes a start-up cache.
     */
    Said plugins() throws IOException, InterruptedException {
        File out = work.resolve("out").toFile();
        File err = work.resolve("err").toFile();
        ProcessBuilder command = new ProcessBuilder(home.resolve(COMMAND).toString(), PLUGINS, "--json")
                .redirectInput(new File("/dev/null"))
                .redirectOutput(out)
                .redirectError(err);
        command.environment().putAll(Map.of(
                "PINION_JAVA_HOME", System.getProperty("java.home"),
                "PINION_STATE", work.resolve("state").toString(),
                "PINION_OPTS", "-Djava.io.tmpdir=" + work));
        Process process = command.start();
        try {
            process.waitFor();
        } finally {
            process.destroyForcibly();
        }
        return new Said(listed(Files.readString(out.toPath())), Files.readString(err.toPath()));
    }

    private static List<Listed> listed(String json) {
        return LISTED.matcher(json).results().map(Distribution::listed).toList();
    }

    private static Listed listed(MatchResult found) {
        return new Listed(found.group(1), found.group(2), found.group(3), found.group(4));
    }
}

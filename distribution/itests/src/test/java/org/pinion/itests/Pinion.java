package org.pinion.itests;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Starts {@code distribution/pinion} with everything it may write kept in one directory. */
final class Pinion {

    static final Path COMMAND = Path.of(System.getProperty("pinion.command"));

    private static final long PATIENCE_SECONDS = 60;

    private final Path directory;
    private final Map<String, String> environment = new TreeMap<>();
    private Path command = COMMAND;

    /** What a command said and how it ended. */
    record Result(int exitCode, String out, String err) {}

    Pinion(Path directory) {
        this.directory = directory;
        environment.put("PINION_STATE", directory.resolve("state").toString());
        environment.put("PINION_JAVA_HOME", System.getProperty("java.home"));
        environment.put("PINION_OPTS", "-Djava.io.tmpdir=" + directory);
    }

    Pinion command(Path other) {
        command = other;
        return this;
    }

    Pinion with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    Result run(String... arguments) throws IOException, InterruptedException {
        File out = directory.resolve("out").toFile();
        File err = directory.resolve("err").toFile();
        Process process = builder(arguments)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(out)
                .redirectError(err)
                .start();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(List.of(arguments) + " does not end");
        }
        return new Result(process.exitValue(), Files.readString(out.toPath()), Files.readString(err.toPath()));
    }

    /** Starts it and leaves it running, with both of its outputs in {@code file}. */
    Process start(Path file, String... arguments) throws IOException {
        return builder(arguments)
                .redirectErrorStream(true)
                .redirectOutput(file.toFile())
                .start();
    }

    private ProcessBuilder builder(String... arguments) {
        List<String> words = new ArrayList<>(List.of(command.toString()));
        words.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(words).directory(directory.toFile());
        builder.environment().putAll(environment);
        return builder;
    }
}

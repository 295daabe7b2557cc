package org.pinion.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The shipped command as a process of its own. */
final class Pinion {

    private static final String NOBODY = "65534";

    private final Path home;
    private final List<String> prefix;

    private Pinion(Path home, List<String> prefix) {
        this.home = home;
        this.prefix = prefix;
    }

    /** The command, run by root. */
    static Pinion of(Lab lab) {
        return new Pinion(lab.guest().home(), List.of());
    }

    /** The command, run by root where a shell command was carried out before that nobody else sees: mounts, say. */
    static Pinion after(Lab lab, String command) {
        return new Pinion(lab.guest().home(), List.of(
                "unshare", "--mount", "sh", "-e", "-c", command + "; exec \"$@\"", "sh"));
    }

    /** The command, run by a user without any capability who may lock so many bytes. */
    static Pinion ofNobody(Lab lab, long memlock) {
        return new Pinion(lab.guest().home(), List.of(
                "prlimit", "--memlock=" + memlock + ":" + memlock,
                "setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups", "--inh-caps=-all"));
    }

    /**
     * What a command printed.
     *
     * @param exitCode its exit code
     * @param out its standard output
     * @param err its standard error
     */
    record Result(int exitCode, String out, String err) {

        Result expectExitCode(int expected) {
            Expect.that(exitCode == expected, "exit code " + exitCode + " in place of " + expected + ": " + err + out);
            return this;
        }
    }

    Result run(String... arguments) throws IOException, InterruptedException {
        Path out = Files.createTempFile("lab", ".out");
        Path err = Files.createTempFile("lab", ".err");
        long start = System.nanoTime();
        Process process = builder(arguments).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        int code = process.waitFor();
        System.err.printf("%.1f s: pinion %s%n", (System.nanoTime() - start) / 1e9, String.join(" ", arguments));
        return new Result(code, Files.readString(out), Files.readString(err));
    }

    /** Starts {@code pinion run}, whose console is the process's standard input. */
    ResidentPinion start(Path state) throws IOException {
        return start(state, "run");
    }

    /** Starts {@code pinion keep}, which starts {@code pinion run} and has its console. */
    ResidentPinion keep(Path state) throws IOException {
        return start(state, "keep");
    }

    private ResidentPinion start(Path state, String command) throws IOException {
        ProcessBuilder builder = builder(command);
        builder.environment().put("PINION_OPTS", quickStart());
        builder.environment().put("PINION_STATE", state.toString());
        return new ResidentPinion(builder.redirectErrorStream(true).start());
    }

    /** What makes this process's Java start quickly; for a single command the launcher does so by itself. */
    private static String quickStart() {
        return Stream.of(System.getenv().getOrDefault("PINION_OPTS", "").split(" "))
                .filter(option -> option.startsWith("-XX:"))
                .collect(Collectors.joining(" "));
    }

    private ProcessBuilder builder(String... arguments) {
        List<String> words = new ArrayList<>(prefix);
        words.add(home.resolve("bin/pinion").toString());
        words.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().remove("PINION_OPTS");
        return builder;
    }

    /** The output of {@code info mtree -f} of a guest with nothing but some RAM from address 0 on. */
    static Path memoryTree(long bytes) throws IOException {
        Path file = Files.createTempFile("lab", ".mtree");
        Files.writeString(file, """
                FlatView #0
                 AS "memory", root: system
                 Root memory region: system
                  0000000000000000-%016x (prio 0, ram): pc.ram

                """.formatted(bytes - 1), StandardCharsets.UTF_8);
        file.toFile().setReadable(true, false);
        return file;
    }
}

package org.pinion.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A {@code pinion run} that is typed at. Closing it kills it. */
final class ResidentPinion implements AutoCloseable {

    private static final long STOP_SECONDS = 30;
    /** An emulated processor starts Java slowly, and a busy host makes it slower still. */
    private static final int ANSWER_SECONDS = 240;

    private final Process process;
    private final Writer console;
    private final List<String> said = new ArrayList<>();

    ResidentPinion(Process process) {
        this.process = process;
        this.console = process.outputWriter(StandardCharsets.UTF_8);
        Thread.ofVirtual().start(this::listen);
    }

    private void listen() {
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                synchronized (said) {
                    said.add(line);
                }
            }
        } catch (IOException ended) {
            synchronized (said) {
                said.add("its output ended: " + ended.getMessage());
            }
        }
    }

    long pid() {
        return process.pid();
    }

    /** Types a line, and waits until some words are in the output. */
    void type(String line, String answer) throws Exception {
        console.write(line + "\n");
        console.flush();
        await(answer);
    }

    /** Types lines, and does not wait for what they say. */
    void type(List<String> lines) throws IOException {
        for (String line : lines) {
            console.write(line + "\n");
        }
        console.flush();
    }

    /** In how many lines of its output some words are. */
    long count(String words) {
        synchronized (said) {
            return said.stream().filter(line -> line.contains(words)).count();
        }
    }

    void await(String words) throws Exception {
        Expect.within(ANSWER_SECONDS, () -> "pinion run did not say '" + words + "' but: " + output(), () -> {
            Expect.that(process.isAlive() || output().contains(words), "pinion run ended: " + output());
            return output().contains(words);
        });
    }

    private String output() {
        synchronized (said) {
            return String.join(System.lineSeparator(), said);
        }
    }

    /** {@code kill -9}. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        Expect.that(process.waitFor(STOP_SECONDS, TimeUnit.SECONDS), "process " + pid() + " does not die");
    }

    /** The process that it has started, if it starts one. */
    Optional<ProcessHandle> child() {
        return process.children().findFirst();
    }

    /** What it has said since some words were said last. */
    String since(String words) {
        String all = output();
        return all.substring(Math.max(0, all.lastIndexOf(words)));
    }

    @Override
    public void close() {
        List<ProcessHandle> started = process.descendants().toList();
        process.destroyForcibly();
        started.forEach(ProcessHandle::destroyForcibly);
    }
}

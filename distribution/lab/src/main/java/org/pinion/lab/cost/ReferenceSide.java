package org.pinion.lab.cost;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The C program: it waits at a pipe for the next round. */
final class ReferenceSide implements Side {

    private final Process process;
    private final Writer rounds;
    private final BufferedReader answers;
    private final String route;

    /**
     * @param program the compiled program
     * @param scene what it is to do
     * @param nodes the file nodes and names by which it opens the device
     */
    ReferenceSide(Path program, Scene scene, List<String> nodes) throws IOException {
        List<String> words = new ArrayList<>(List.of(
                program.toString(),
                "/proc/%d/fd/%d".formatted(ProcessHandle.current().pid(), scene.backing(0).fd()),
                Long.toString(scene.memory().segment().byteSize()),
                scene.backend()));
        words.addAll(nodes);
        process = new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        rounds = process.outputWriter();
        answers = process.inputReader();
        route = scene.route().symbol();
    }

    @Override
    public long round(Work work, long base) throws IOException {
        return ask(work.line(route, base));
    }

    /** {@return nanoseconds that ioctls take which do nothing} */
    long nothing(int calls) throws IOException {
        return ask("nothing " + Integer.toHexString(calls));
    }

    private long ask(String line) throws IOException {
        rounds.write(line + "\n");
        rounds.flush();
        String answer = answers.readLine();
        if (answer == null || !answer.matches("\\d+")) {
            throw new IOException("the C program answers '" + line + "' with '" + answer + "'");
        }
        return Long.parseLong(answer);
    }

    @Override
    public void close() throws IOException {
        rounds.close();
        process.destroy();
    }
}

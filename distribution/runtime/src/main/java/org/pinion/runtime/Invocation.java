package org.pinion.runtime;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * The command line, as far as the launcher reads it.
 *
 * @param run whether Pinion is to stay up
 * @param host the description of the host to emulate
 * @param aboutTheMachine whether the command asks about the machine itself, which no emulated host can answer for
 * @param arguments all the rest, for the command
 */
record Invocation(boolean run, Optional<Path> host, boolean aboutTheMachine, List<String> arguments) {

    private static final String RUN = "run";
    private static final String DOCTOR = "doctor";
    private static final String HOST = "--host";
    private static final String END_OF_OPTIONS = "--";

    static Invocation parse(String... commandLine) throws LaunchException {
        Optional<Path> host = Optional.empty();
        List<String> rest = new ArrayList<>();
        Iterator<String> words = Arrays.asList(commandLine).iterator();
        while (words.hasNext()) {
            String word = words.next();
            if (word.equals(HOST) || word.startsWith(HOST + "=")) {
                if (host.isPresent()) {
                    throw LaunchException.usage(HOST + " is given twice; there is one host");
                }
                host = Optional.of(file(word, words));
            } else {
                rest.add(word);
                if (word.equals(END_OF_OPTIONS)) {
                    words.forEachRemaining(rest::add);
                }
            }
        }
        boolean run = !rest.isEmpty() && rest.getFirst().equals(RUN);
        boolean aboutTheMachine = !rest.isEmpty() && rest.getFirst().equals(DOCTOR);
        return new Invocation(run, host, aboutTheMachine, List.copyOf(run ? rest.subList(1, rest.size()) : rest));
    }

    private static Path file(String word, Iterator<String> words) throws LaunchException {
        String name = word.equals(HOST) ? (words.hasNext() ? words.next() : "") : word.substring(HOST.length() + 1);
        if (name.isEmpty()) {
            throw LaunchException.usage(HOST + " needs a file: the description of the host to emulate");
        }
        return Path.of(name).toAbsolutePath();
    }
}

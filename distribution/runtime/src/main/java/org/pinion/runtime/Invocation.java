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
 * @param emulation what to emulate in place of this machine's kernel
 * @param aboutTheMachine whether the command asks about the machine itself, which no emulated host can answer for
 * @param arguments all the rest, for the command
 */
record Invocation(boolean run, Emulation emulation, boolean aboutTheMachine, List<String> arguments) {

    private static final String RUN = "run";
    private static final String DOCTOR = "doctor";
    private static final String END_OF_OPTIONS = "--";

    /** An option of the launcher. */
    private enum Option {
        HOST("--host", "there is one host", "a file: the description of the host to emulate"),
        EMULATE("--emulate", "there is one kernel", "a release to emulate, such as 6.12");

        private final String name;
        private final String once;
        private final String needed;

        Option(String name, String once, String needed) {
            this.name = name;
            this.once = once;
            this.needed = needed;
        }

        boolean isIn(String word) {
            return word.equals(name) || word.startsWith(name + "=");
        }

        String value(Optional<String> before, String word, Iterator<String> words) throws LaunchException {
            if (before.isPresent()) {
                throw LaunchException.usage(name + " is given twice; " + once);
            }
            String next = word.equals(name) && words.hasNext() ? words.next() : "";
            String value = word.equals(name) ? next : word.substring(name.length() + 1);
            if (value.isEmpty()) {
                throw LaunchException.usage(name + " needs " + needed);
            }
            return value;
        }
    }

    static Invocation parse(String... commandLine) throws LaunchException {
        Optional<String> host = Optional.empty();
        Optional<String> release = Optional.empty();
        List<String> rest = new ArrayList<>();
        Iterator<String> words = Arrays.asList(commandLine).iterator();
        while (words.hasNext()) {
            String word = words.next();
            if (Option.HOST.isIn(word)) {
                host = Optional.of(Option.HOST.value(host, word, words));
            } else if (Option.EMULATE.isIn(word)) {
                release = Optional.of(Option.EMULATE.value(release, word, words));
            } else {
                rest.add(word);
                if (word.equals(END_OF_OPTIONS)) {
                    words.forEachRemaining(rest::add);
                }
            }
        }
        return of(new Emulation(host.map(file -> Path.of(file).toAbsolutePath()), release), rest);
    }

    private static Invocation of(Emulation emulation, List<String> rest) {
        boolean run = !rest.isEmpty() && rest.getFirst().equals(RUN);
        boolean aboutTheMachine = !rest.isEmpty() && rest.getFirst().equals(DOCTOR);
        return new Invocation(run, emulation, aboutTheMachine, List.copyOf(run ? rest.subList(1, rest.size()) : rest));
    }
}

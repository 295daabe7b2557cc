package org.pinion.itests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A chapter of a guide that can be followed by a machine: numbered headings are steps, blocks {@code sh} are commands,
 * blocks after a line with a file's name alone are that file, blocks {@code text} are lines that are printed in this
 * order.
 *
 * @param parts headings and blocks, in their order
 */
record Guide(List<Part> parts) {

    /** Begins the lines in which the script says how long it is under way. */
    static final String CLOCK = "guide: ";

    private static final String BEGIN = "began=$(date +%s)\n";
    private static final String TELL = "echo \"" + CLOCK + "after $(($(date +%%s) - began)) s: %s\"%n";
    private static final Pattern STEP = Pattern.compile("### ([0-9]+\\. .*)");
    private static final Pattern NAME = Pattern.compile("`([^`]+)`:");
    private static final String FENCE = "```";

    /** A heading or a block. */
    sealed interface Part {
        /** {@return the lines of a shell script that do what the block says} */
        default String script() {
            return "";
        }
    }

    /** A step begins. */
    record Step(String heading) implements Part {
        @Override
        public String script() {
            return TELL.formatted(heading);
        }
    }

    /** Commands, a line each. */
    record Commands(List<String> lines) implements Part {
        @Override
        public String script() {
            return String.join("\n", lines) + "\n";
        }
    }

    /** A file that the reader writes. */
    record Written(String name, List<String> lines) implements Part {
        @Override
        public String script() {
            return "cat >'%s' <<'END-OF-FILE'%n%s%nEND-OF-FILE%n".formatted(name, String.join("\n", lines));
        }
    }

    /** What is printed. */
    record Printed(List<String> lines) implements Part {}

    static Guide of(Path page, String chapter) throws IOException {
        List<String> all = Files.readAllLines(page);
        int from = all.indexOf("## " + chapter) + 1;
        List<Part> parts = new ArrayList<>();
        String before = "";
        for (int at = from; at < all.size() && !all.get(at).startsWith("## "); at++) {
            String line = all.get(at);
            if (line.startsWith(FENCE)) {
                int end = all.subList(at + 1, all.size()).indexOf(FENCE) + at + 1;
                parts.add(part(line, before, all.subList(at + 1, end)));
                at = end;
            } else {
                Matcher step = STEP.matcher(line);
                if (step.matches()) {
                    parts.add(new Step(step.group(1)));
                }
                before = line.isEmpty() ? before : line;
            }
        }
        return new Guide(List.copyOf(parts));
    }

    private static Part part(String fence, String before, List<String> lines) {
        Matcher name = NAME.matcher(before);
        return switch (fence.substring(FENCE.length())) {
            case "sh" -> new Commands(lines);
            case "text" -> new Printed(lines);
            case String _ when name.matches() -> new Written(name.group(1), lines);
            case String other -> throw new AssertionError("a block " + other + " after '" + before + "'");
        };
    }

    String script() {
        StringBuilder script = new StringBuilder(BEGIN);
        parts.forEach(part -> script.append(part.script()));
        return script.append(TELL.formatted("done")).toString();
    }

    /** {@return what is printed, in this order, with other lines between} */
    List<String> printed() {
        return parts.stream()
                .flatMap(part -> part instanceof Printed(List<String> lines) ? lines.stream() : Stream.empty())
                .toList();
    }

    /** {@return how much the reader has to do, in words} */
    String measure() {
        long commands = parts.stream()
                .mapToLong(part -> part instanceof Commands(List<String> lines) ? lines.size() : 0)
                .sum();
        long steps = parts.stream().filter(Step.class::isInstance).count();
        long files = parts.stream().filter(Written.class::isInstance).count();
        return "%d steps, %d commands, %d files".formatted(steps, commands, files);
    }
}

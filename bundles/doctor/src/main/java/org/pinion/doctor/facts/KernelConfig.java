package org.pinion.doctor.facts;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.HashMap;

/**
 * How the kernel was built.
 *
 * @param source the file that tells; empty if there is none that can be read
 * @param options what was chosen, such as {@code y} or {@code m}, by the option's name without {@code CONFIG_}
 */
public record KernelConfig(String source, Map<String, String> options) {

    /** Nothing is known. */
    static final KernelConfig UNKNOWN = new KernelConfig("", Map.of());

    private static final Pattern SET = Pattern.compile("^CONFIG_(\\w+)=(.*)$", Pattern.MULTILINE);

    /** Copies the options. */
    public KernelConfig {
        options = Map.copyOf(options);
    }

    static KernelConfig parse(String source, String text) {
        Map<String, String> options = new HashMap<>();
        Matcher lines = SET.matcher(text);
        while (lines.find()) {
            options.put(lines.group(1), lines.group(2));
        }
        return new KernelConfig(source, options);
    }

    /** {@return whether it is known how the kernel was built} */
    public boolean known() {
        return !source.isEmpty();
    }

    /**
     * @param option an option's name, without {@code CONFIG_}
     * @return what was chosen, {@code n} if it was not; empty if it is not known
     */
    public Optional<String> value(String option) {
        return known() ? Optional.of(options.getOrDefault(option, "n")) : Optional.empty();
    }
}

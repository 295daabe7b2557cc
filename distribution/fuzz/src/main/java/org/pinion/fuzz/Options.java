package org.pinion.fuzz;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What the program is to do.
 *
 * @param seed where chance begins
 * @param operations how many to compare at least
 * @param seconds when to stop before that; 0 for never
 * @param machine what this machine is
 * @param differences after how many to stop
 * @param replay a script to run in place of all that
 * @param areas how many areas to measure with, in place of comparing; 0 for not at all
 */
record Options(long seed, long operations, long seconds, Machine machine, int differences, Optional<Path> replay,
        int areas) {

    private static final long MANY = 100_000;
    private static final int SOME = 50;

    /** IllegalArgumentException, for the operator, if they are not understood. */
    static Options of(String[] arguments) {
        Options options = new Options(System.nanoTime() & Integer.MAX_VALUE, MANY, 0, new Machine("7.3", "none"), SOME,
                Optional.empty(), 0);
        if (arguments.length % 2 != 0) {
            throw new IllegalArgumentException("'" + arguments[arguments.length - 1] + "' has no value");
        }
        for (int i = 0; i < arguments.length; i += 2) {
            options = options.with(arguments[i], arguments[i + 1]);
        }
        return options;
    }

    private Options with(String name, String value) {
        return switch (name) {
            case "--seed" -> new Options(number(name, value), operations, seconds, machine, differences, replay,
                    areas);
            case "--ops" -> new Options(seed, number(name, value), seconds, machine, differences, replay,
                    areas);
            case "--seconds" -> new Options(seed, operations, number(name, value), machine, differences, replay,
                    areas);
            case "--machine" -> new Options(seed, operations, seconds, Machine.parse(value), differences, replay,
                    areas);
            case "--differences" -> new Options(
                    seed, operations, seconds, machine, (int) number(name, value), replay, areas);
            case "--replay" -> new Options(
                    seed, operations, seconds, machine, differences, Optional.of(Path.of(value)), areas);
            case "--measure" -> new Options(
                    seed, operations, seconds, machine, differences, replay, (int) number(name, value));
            default -> throw new IllegalArgumentException("'" + name + "' is no option");
        };
    }

    private static long number(String name, String value) {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " is '" + value + "', which is no number", e);
        }
    }
}

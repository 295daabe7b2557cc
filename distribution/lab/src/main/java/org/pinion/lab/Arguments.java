package org.pinion.lab;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The command line.
 *
 * @param list whether the tests are only to be listed
 * @param options values by name: {@code --iommu}, {@code --mdev}, {@code --home}, {@code --captures}
 * @param names the tests wanted; empty for all
 */
record Arguments(boolean list, Map<String, String> options, List<String> names) {

    static Arguments parse(String... words) {
        boolean list = false;
        Map<String, String> options = new HashMap<>();
        List<String> names = new ArrayList<>();
        Iterator<String> left = List.of(words).iterator();
        while (left.hasNext()) {
            String word = left.next();
            switch (word) {
                case "--list" -> list = true;
                case "--iommu", "--mdev", "--home", "--captures" -> options.put(word, value(word, left));
                default -> names.add(word);
            }
        }
        return new Arguments(list, Map.copyOf(options), List.copyOf(names));
    }

    private static String value(String option, Iterator<String> left) {
        if (!left.hasNext()) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return left.next();
    }

    Guest guest() {
        return new Guest(
                option("--iommu"), option("--mdev"), Path.of(option("--home")), Path.of(option("--captures")));
    }

    private String option(String name) {
        if (!options.containsKey(name)) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return options.get(name);
    }

    /** The tests that the names select: whole names, names without their backend, or patterns with {@code *}. */
    List<AcceptanceTest> select(List<AcceptanceTest> tests) {
        for (String name : names) {
            if (tests.stream().noneMatch(test -> matches(name, test))) {
                throw new IllegalArgumentException("there is no test '" + name + "'; --list shows all");
            }
        }
        return tests.stream()
                .filter(test -> names.isEmpty() || names.stream().anyMatch(name -> matches(name, test)))
                .toList();
    }

    private static boolean matches(String name, AcceptanceTest test) {
        Pattern pattern = Pattern.compile(Pattern.quote(name).replace("*", "\\E.*\\Q"));
        return pattern.matcher(test.name()).matches()
                || pattern.matcher(test.name().replaceFirst("@.*", "")).matches();
    }
}

package org.pinion.policy.rules;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A configuration's properties, read key by key; what nobody read in the end is a mistake. */
final class Settings {

    /** Keys that configuration agents and the framework add. */
    private static final List<String> FOREIGN = List.of("service.", "felix.", "component.", "osgi.", ".");

    private final Map<String, ?> properties;
    private final Set<String> read = new TreeSet<>();

    Settings(Map<String, ?> properties) {
        this.properties = properties;
    }

    /** {@return a value; empty if it is not there or blank} */
    String text(String key) {
        return String.join(",", list(key));
    }

    String required(String key) throws WrongRulesException {
        String text = text(key);
        if (text.isEmpty()) {
            throw new WrongRulesException("'" + key + "' is missing");
        }
        return text;
    }

    /** {@return the parts of a value: of an array, or of a text with commas} */
    List<String> list(String key) {
        read.add(key);
        Stream<?> values = switch (properties.get(key)) {
            case null -> Stream.empty();
            case Object[] array -> Arrays.stream(array);
            case Collection<?> collection -> collection.stream();
            case Object value -> Stream.of(value.toString().split(","));
        };
        return values.map(value -> value.toString().strip()).filter(value -> !value.isEmpty()).toList();
    }

    /** {@return a value as it is written, commas and all; empty if it is not there} */
    String sentence(String key) {
        read.add(key);
        return properties.get(key) instanceof Object value ? value.toString().strip() : "";
    }

    /** {@return a value that must be one of some words; the default if it is not there} */
    <T> T choice(String key, Map<String, T> words, T missing) throws WrongRulesException {
        String word = text(key);
        return word.isEmpty() ? missing : one(key, word, words);
    }

    /** {@return values that must each be one of some words} */
    <T> Set<T> choices(String key, Map<String, T> words) throws WrongRulesException {
        Set<T> chosen = new TreeSet<>();
        for (String word : list(key)) {
            chosen.add(one(key, word, words));
        }
        return chosen;
    }

    private static <T> T one(String key, String word, Map<String, T> words) throws WrongRulesException {
        T value = words.get(word);
        if (value == null) {
            throw new WrongRulesException("'%s' is '%s', which is none of %s".formatted(
                    key, word, words.keySet().stream().sorted().collect(Collectors.joining(", "))));
        }
        return value;
    }

    /** {@return the words of some values} */
    static <T> Map<String, T> words(T[] values, Function<T, String> word) {
        return Arrays.stream(values).collect(Collectors.toMap(word, value -> value));
    }

    void requireAllRead() throws WrongRulesException {
        Set<String> unknown = new TreeSet<>(properties.keySet());
        unknown.removeAll(read);
        unknown.removeIf(key -> FOREIGN.stream().anyMatch(key::startsWith));
        if (!unknown.isEmpty()) {
            throw new WrongRulesException("the key%s %s mean%s nothing; known are %s".formatted(
                    unknown.size() == 1 ? "" : "s",
                    unknown.stream().map(key -> "'" + key + "'").collect(Collectors.joining(", ")),
                    unknown.size() == 1 ? "s" : "",
                    String.join(", ", read)));
        }
    }
}

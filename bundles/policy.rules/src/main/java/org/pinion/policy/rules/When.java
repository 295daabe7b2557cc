package org.pinion.policy.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;

/**
 * What a rule applies to: a filter of the OSGi framework, which reads and evaluates it.
 *
 * @param filter the filter
 * @param attributes the names it asks for, sorted
 */
record When(Filter filter, Set<String> attributes) {

    /** A comparison: a parenthesis in a value is escaped, so an opening one that is not begins a filter. */
    private static final Pattern COMPARISON =
            Pattern.compile("(?<!\\\\)\\(\\s*([^()=<>~]+?)\\s*(~=|>=|<=|=)((?:\\\\.|[^()\\\\])*)\\)", Pattern.DOTALL);

    /** What can follow an unfinished filter: nothing, a whole filter, or what a comparison still lacks. */
    private static final List<String> ENDINGS = List.of("", "(a=b)", "a=b", "=b", "b");

    private static final int NAME = 1;
    private static final int OPERATOR = 2;
    private static final int VALUE = 3;

    /** Whether the filter matches. */
    boolean matches(CandidateAttributes part) {
        return filter.matches(part);
    }

    /** Whether the filter asks about devices. */
    boolean looksAtDevices() {
        return attributes.contains(Attribute.DEVICE.word());
    }

    static When parse(String text) throws WrongRulesException {
        Filter filter = filter(text);
        Set<String> attributes = new TreeSet<>();
        Matcher comparisons = COMPARISON.matcher(text);
        int next = 0;
        while (comparisons.find(next)) {
            check(comparisons, text);
            attributes.add(comparisons.group(NAME));
            next = comparisons.end();
        }
        return new When(filter, Set.copyOf(attributes));
    }

    private static void check(Matcher comparison, String text) throws WrongRulesException {
        String name = comparison.group(NAME);
        Attribute attribute = Attribute.named(name)
                .orElseThrow(() -> wrong(text, comparison.start(NAME), "there is no attribute '%s'; there are %s"
                        .formatted(name, Attribute.words())));
        String wrong = attribute.wrong(comparison.group(OPERATOR), comparison.group(VALUE));
        if (!wrong.isEmpty()) {
            throw wrong(text, comparison.start(VALUE), "'%s': %s".formatted(name, wrong));
        }
    }

    private static Filter filter(String text) throws WrongRulesException {
        try {
            return FrameworkUtil.createFilter(text);
        } catch (InvalidSyntaxException e) {
            int last = lastReadable(text);
            throw wrong(text, last, last == text.length() ? "it ends too early" : "it cannot go on like this");
        }
    }

    /**
     * How much of a wrong filter could be the beginning of a right one. The framework's messages differ from one to the
     * other and tell no place, so it is asked about beginnings, completed in every way.
     */
    private static int lastReadable(String text) {
        for (int length = 1; length <= text.length(); length++) {
            if (!isBeginning(text.substring(0, length))) {
                return length - 1;
            }
        }
        return text.length();
    }

    private static boolean isBeginning(String start) {
        return endings(start).stream().anyMatch(ending -> isFilter(start + ending));
    }

    private static List<String> endings(String start) {
        String closing = ")".repeat(Math.max(0, depth(start)));
        List<String> endings = new ArrayList<>();
        ENDINGS.forEach(ending -> endings.add(ending + closing));
        return endings;
    }

    private static int depth(String start) {
        int depth = 0;
        for (int i = 0; i < start.length(); i++) {
            switch (start.charAt(i)) {
                case '\\' -> i++;
                case '(' -> depth++;
                case ')' -> depth--;
                default -> { }
            }
        }
        return depth;
    }

    private static boolean isFilter(String text) {
        try {
            FrameworkUtil.createFilter(text);
            return true;
        } catch (InvalidSyntaxException _) {
            return false;
        }
    }

    private static WrongRulesException wrong(String text, int index, String why) {
        return new WrongRulesException("column %d of %s: %s".formatted(index + 1, text, why));
    }
}

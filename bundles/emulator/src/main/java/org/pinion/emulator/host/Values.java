package org.pinion.emulator.host;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads the values of a host file. */
final class Values {

    private static final Pattern SIZE = Pattern.compile("([0-9]{1,18})([KMGT]?)");
    private static final Pattern BITS = Pattern.compile("0x([0-9a-f]{1,16})");
    private static final Pattern RANGE = Pattern.compile("(\\S+?)\\s*-\\s*(\\S+)");
    private static final String SUFFIXES = "KMGT";

    private Values() {}

    static String text(Place place, Node node) {
        if (node instanceof ScalarNode scalar && !scalar.getValue().isBlank()) {
            return scalar.getValue().strip();
        }
        throw place.error(node, "expected a word");
    }

    static boolean truth(Place place, Node node) {
        return switch (text(place, node)) {
            case "true" -> true;
            case "false" -> false;
            case String other -> throw place.error(node, "'%s' is neither true nor false", other);
        };
    }

    static int number(Place place, Node node) {
        String text = text(place, node);
        if (!text.matches("[0-9]{1,9}")) {
            throw place.error(node, "'%s' is no number between 0 and 999999999", text);
        }
        return Integer.parseInt(text);
    }

    static long size(Place place, Node node) {
        String text = text(place, node);
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            throw place.error(node, "'%s' is no size; write bytes, or a number with K, M, G or T", text);
        }
        long count = Long.parseLong(matcher.group(1));
        String suffix = matcher.group(2);
        int shift = suffix.isEmpty() ? 0 : 10 * (SUFFIXES.indexOf(suffix) + 1);
        if (count > Long.MAX_VALUE >> shift) {
            throw place.error(node, "'%s' is more than 2^63-1 bytes", text);
        }
        return count << shift;
    }

    static long powerOfTwo(Place place, Node node) {
        long size = size(place, node);
        if (Long.bitCount(size) != 1) {
            throw place.error(node, "%d is not a power of two", size);
        }
        return size;
    }

    /** A bit for each, as the kernel tells them ({@code pgsize_bitmap}). */
    static long powersOfTwo(Place place, Node node) {
        String text = text(place, node);
        Matcher matcher = BITS.matcher(text);
        if (!matcher.matches()) {
            throw place.error(node, "'%s' is neither a list nor, in hexadecimal after 0x, a bit for each", text);
        }
        return Long.parseUnsignedLong(matcher.group(1), 16);
    }

    static OptionalLong limit(Place place, Node node) {
        return text(place, node).equals("unlimited") ? OptionalLong.empty() : OptionalLong.of(size(place, node));
    }

    static IovaRange range(Place place, Node node) {
        String text = text(place, node);
        Matcher matcher = RANGE.matcher(text);
        if (!matcher.matches()) {
            throw place.error(node, "'%s' is no range; write FIRST-LAST, such as 0xfee00000-0xfeefffff", text);
        }
        long start = address(place, node, matcher.group(1));
        long last = address(place, node, matcher.group(2));
        if (Long.compareUnsigned(last, start) < 0) {
            throw place.error(node, "the range 0x%x-0x%x ends before it starts", start, last);
        }
        return new IovaRange(start, last);
    }

    private static long address(Place place, Node node, String text) {
        try {
            return text.startsWith("0x") ? Long.parseUnsignedLong(text.substring(2), 16) : Long.parseUnsignedLong(text);
        } catch (NumberFormatException e) {
            throw place.error(node, "'%s' is no address; write decimal, or hexadecimal after 0x, below 2^64", text);
        }
    }

    static <E extends Enum<E>> E choice(Place place, Node node, E[] choices, Function<E, String> word) {
        String text = text(place, node);
        List<String> words = Arrays.stream(choices).map(word).toList();
        int index = words.indexOf(text);
        if (index < 0) {
            throw place.error(node, "unknown '%s';%s known are %s", text, DidYouMean.suggestion(text, words),
                    String.join(", ", words));
        }
        return choices[index];
    }

    static List<Node> items(Place place, Node node) {
        if (node instanceof SequenceNode sequence) {
            return sequence.getValue();
        }
        throw place.error(node, "expected a list");
    }
}

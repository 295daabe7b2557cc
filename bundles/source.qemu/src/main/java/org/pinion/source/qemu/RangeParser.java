package org.pinion.source.qemu;

import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.pinion.api.IommuException;
import org.pinion.api.SectionKind;

/**
 * Parses a range line by its columns, in one pass and without regular expressions: QEMU's {@code mtree_print_flatview}
 * pads addresses to 16 digits, and a name may look like anything, so that what follows it is taken off from the right.
 */
final class RangeParser {

    private static final int DIGITS = 16;
    private static final int DASH = 2 + DIGITS;
    private static final int PRIORITY = DASH + 1 + DIGITS;
    private static final String OPEN = " (prio ";
    private static final String CLOSE = "): ";
    private static final String NONVOLATILE = "nv-";
    private static final Map<String, SectionKind> KINDS = Stream.of(
                    SectionKind.RAM, SectionKind.ROM, SectionKind.ROMD, SectionKind.RAM_DEVICE, SectionKind.MMIO)
            .collect(Collectors.toUnmodifiableMap(SectionKind::symbol, Function.identity()));

    /** {@code AccelClass.name} of the accelerators; one is printed for every address space that has the range in it. */
    private static final Set<String> ACCELERATORS = Set.of("KVM", "HVF", "WHPX", "NVMM", "MSHV", "Xen");

    private final Place place;
    private final String line;

    private RangeParser(Place place, String line) {
        this.place = place;
        this.line = line;
    }

    static Range parse(Place place, String line) throws IommuException {
        return new RangeParser(place, line).range();
    }

    private Range range() throws IommuException {
        int comma = line.indexOf(", ", PRIORITY);
        int close = line.indexOf(CLOSE, PRIORITY);
        boolean shaped = line.startsWith("  ")
                && line.startsWith("-", DASH)
                && line.startsWith(OPEN, PRIORITY)
                && comma > 0
                && close > comma
                && isNumber(PRIORITY + OPEN.length(), comma);
        if (!shaped) {
            throw unexpected("it is not a range of a flat view");
        }
        long start = address(2);
        long last = address(DASH + 1);
        if (Long.compareUnsigned(last, start) < 0) {
            throw place.fault(
                    "the range ends at 0x%x, before its start 0x%x".formatted(last, start), MemoryTreeParser.REMEDY);
        }
        String word = line.substring(comma + 2, close);
        boolean nonvolatile = word.startsWith(NONVOLATILE);
        return region(start, last, kind(nonvolatile ? word.substring(NONVOLATILE.length()) : word), nonvolatile, close);
    }

    private Range region(long start, long last, SectionKind kind, boolean nonvolatile, int close) {
        String rest = withoutAccelerators(line.substring(close + CLOSE.length()));
        String owner = "";
        int end = suffix(rest, " parent:{");
        if (end < rest.length()) {
            owner = identity(rest, end);
            rest = rest.substring(0, end);
        }
        end = suffix(rest, " owner:{");
        if (end < rest.length()) {
            owner = identity(rest, end);
            rest = rest.substring(0, end);
        }
        rest = rest.endsWith(" orphan") ? rest.substring(0, rest.length() - " orphan".length()) : rest;
        int at = rest.length() - DIGITS - 2;
        boolean moved = at >= 0 && rest.startsWith(" @", at) && isHex(rest, at + 2);
        long offset = moved ? Long.parseUnsignedLong(rest, at + 2, rest.length(), DIGITS) : 0;
        String name = moved ? rest.substring(0, at) : rest;
        return new Range(place.line(), start, last, kind, nonvolatile, name, offset, owner);
    }

    private static String withoutAccelerators(String text) {
        int blank = text.lastIndexOf(' ');
        return blank > 0 && ACCELERATORS.contains(text.substring(blank + 1))
                ? withoutAccelerators(text.substring(0, blank))
                : text;
    }

    /** Where a trailing {@code LABEL:{…}} begins; the text's length if there is none. */
    private static int suffix(String text, String label) {
        int from = text.endsWith("}") ? text.lastIndexOf(label) : -1;
        return from >= 0 && text.indexOf('}', from) == text.length() - 1 ? from : text.length();
    }

    /**
     * The id, path or type in {@code owner:{dev id=ID}}, {@code owner:{obj path=PATH}}, {@code owner:{dev type=TYPE}}.
     */
    private static String identity(String text, int from) {
        return text.substring(text.indexOf('=', from) + 1, text.length() - 1);
    }

    private SectionKind kind(String word) throws IommuException {
        SectionKind kind = KINDS.get(word);
        if (kind == null) {
            throw unexpected("it has a kind '" + word + "', which no QEMU up to 10.0 prints");
        }
        return kind;
    }

    private long address(int from) throws IommuException {
        if (!isHex(line, from)) {
            throw unexpected("an address of a range has " + DIGITS + " hexadecimal digits");
        }
        return Long.parseUnsignedLong(line, from, from + DIGITS, DIGITS);
    }

    private boolean isNumber(int from, int to) {
        int first = from < to && line.charAt(from) == '-' ? from + 1 : from;
        for (int i = first; i < to; i++) {
            if (line.charAt(i) < '0' || line.charAt(i) > '9') {
                return false;
            }
        }
        return first < to;
    }

    private static boolean isHex(String text, int from) {
        for (int i = from; i < from + DIGITS; i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F')) {
                return false;
            }
        }
        return true;
    }

    private IommuException unexpected(String why) {
        return place.fault(why + ": \"" + MemoryTreeParser.shorten(line) + "\"", MemoryTreeParser.REMEDY);
    }
}

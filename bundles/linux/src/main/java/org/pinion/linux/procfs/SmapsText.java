package org.pinion.linux.procfs;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.pinion.linux.MalformedFileException;

/**
 * Reads {@code smaps} in one pass: a header for each area, then lines of {@code Name: value}, {@code VmFlags} the last.
 *
 * <p>An area without its {@code VmFlags} is refused, not taken as one without flags: the flags are what tells device
 * memory from normal memory. Names that are not known are skipped; kernels keep adding them.
 */
final class SmapsText {

    private static final String VM_FLAGS = "VmFlags:";
    private static final String KILOBYTES = " kB";

    private final String file;
    private final String text;
    private final List<MemoryArea> areas = new ArrayList<>();
    private int number;
    private String header;
    private int headerNumber;
    private Map<String, Long> sizes = Map.of();

    private SmapsText(String file, String text) {
        this.file = file;
        this.text = text;
    }

    static List<MemoryArea> parse(String file, String text) throws MalformedFileException {
        SmapsText smaps = new SmapsText(file, text);
        smaps.run();
        return List.copyOf(smaps.areas);
    }

    private void run() throws MalformedFileException {
        int begin = 0;
        while (begin < text.length()) {
            int end = text.indexOf('\n', begin);
            number++;
            if (end < 0) {
                throw malformed(text.substring(begin), "a line that ends (the text is cut short)");
            }
            line(text.substring(begin, end));
            begin = end + 1;
        }
        requireFlags("the end of the text");
    }

    private void line(String line) throws MalformedFileException {
        if (line.isEmpty()) {
            throw malformed(line, "the header of an area or a line of one");
        } else if (!Character.isUpperCase(line.charAt(0))) {
            requireFlags(line);
            header = line;
            headerNumber = number;
            sizes = new HashMap<>();
        } else if (header == null) {
            throw malformed(line, "the header of an area");
        } else if (line.startsWith(VM_FLAGS)) {
            finish(line);
        } else {
            size(line);
        }
    }

    private void requireFlags(String found) throws MalformedFileException {
        if (header != null) {
            throw malformed(found, "'" + VM_FLAGS + "' of the area that begins in line " + headerNumber);
        }
    }

    private void finish(String flags) throws MalformedFileException {
        areas.add(SmapsHeader.parse(file, headerNumber, header).area(sizes, words(flags.substring(VM_FLAGS.length()))));
        header = null;
    }

    private static Set<String> words(String flags) {
        String stripped = flags.strip();
        return stripped.isEmpty() ? Set.of() : Set.of(stripped.split(" +"));
    }

    private void size(String line) throws MalformedFileException {
        int colon = line.indexOf(':');
        if (colon < 0 || !line.endsWith(KILOBYTES)) {
            return;
        }
        try {
            String value = line.substring(colon + 1, line.length() - KILOBYTES.length()).strip();
            sizes.put(line.substring(0, colon), Math.multiplyExact(Long.parseLong(value), 1024L));
        } catch (NumberFormatException | ArithmeticException notASize) {
            throw malformed(line, "'NAME: SIZE kB'");
        }
    }

    private MalformedFileException malformed(String found, String expected) {
        return new MalformedFileException(file, number, found, expected);
    }
}

package org.pinion.linux.sysfs;

import java.util.ArrayList;
import java.util.List;
import org.pinion.linux.MalformedFileException;

/** Reads {@code reserved_regions}: lines of {@code 0x%016llx 0x%016llx type}. */
final class ReservedRegionsText {

    private ReservedRegionsText() {}

    static List<ReservedIovas> parse(String file, String text) throws MalformedFileException {
        List<ReservedIovas> found = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            if (!line.isBlank()) {
                found.add(region(file, number, line));
            }
        }
        return List.copyOf(found);
    }

    private static ReservedIovas region(String file, int number, String line) throws MalformedFileException {
        String[] words = line.strip().split("\\s+");
        if (words.length == 3) {
            try {
                return ordered(new ReservedIovas(address(words[0]), address(words[1]), words[2]));
            } catch (NumberFormatException notAnAddress) {
                throw malformed(file, number, line);
            }
        }
        throw malformed(file, number, line);
    }

    private static long address(String word) {
        if (!word.startsWith("0x")) {
            throw new NumberFormatException(word);
        }
        return Long.parseUnsignedLong(word, 2, word.length(), 16);
    }

    private static ReservedIovas ordered(ReservedIovas region) {
        if (Long.compareUnsigned(region.last(), region.start()) < 0) {
            throw new NumberFormatException("a region that ends before its start");
        }
        return region;
    }

    private static MalformedFileException malformed(String file, int number, String line) {
        return new MalformedFileException(file, number, line, "'0xSTART 0xLAST TYPE' with START not above LAST");
    }
}

package org.pinion.linux.procfs;

import java.util.Map;
import java.util.Set;
import org.pinion.linux.MalformedFileException;

/**
 * The first line of an area in {@code smaps}, {@code START-END PERMISSIONS OFFSET DEVICE INODE PATH}: five words,
 * then blanks, then a path that may itself have blanks.
 */
record SmapsHeader(long start, long last, String permissions, long offset, String device, long inode, String path) {

    private static final int WORDS = 5;
    private static final int PERMISSIONS = 4;

    static SmapsHeader parse(String file, int number, String line) throws MalformedFileException {
        String[] words = line.split(" +", WORDS + 1);
        if (words.length >= WORDS && words[1].length() == PERMISSIONS) {
            try {
                return of(words);
            } catch (NumberFormatException | IndexOutOfBoundsException notAHeader) {
                throw malformed(file, number, line);
            }
        }
        throw malformed(file, number, line);
    }

    private static SmapsHeader of(String[] words) {
        int dash = words[0].indexOf('-');
        long start = Long.parseUnsignedLong(words[0], 0, dash, 16);
        long end = Long.parseUnsignedLong(words[0], dash + 1, words[0].length(), 16);
        if (Long.compareUnsigned(end - 1, start) < 0) {
            throw new NumberFormatException("an area that ends before its start");
        }
        return new SmapsHeader(
                start,
                end - 1,
                words[1],
                Long.parseUnsignedLong(words[2], 16),
                words[3],
                Long.parseUnsignedLong(words[4]),
                words.length > WORDS ? words[WORDS] : "");
    }

    private static MalformedFileException malformed(String file, int number, String line) {
        return new MalformedFileException(file, number, line, "'START-END PERMISSIONS OFFSET DEVICE INODE PATH'");
    }

    MemoryArea area(Map<String, Long> sizes, Set<String> vmFlags) {
        return new MemoryArea(start, last, permissions, offset, device, inode, path, sizes, vmFlags);
    }
}

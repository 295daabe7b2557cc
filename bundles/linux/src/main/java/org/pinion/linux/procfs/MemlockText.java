package org.pinion.linux.procfs;

import java.util.List;
import org.pinion.linux.MalformedFileException;

/** Reads what {@code status} and {@code limits} say about locked memory. */
final class MemlockText {

    private static final String CAPABILITIES = "CapEff:";
    private static final int CAP_IPC_LOCK = 14;
    private static final String LIMIT = "Max locked memory";

    private MemlockText() {}

    static MemlockUsage usage(String file, String status) throws MalformedFileException {
        return new MemlockUsage(kilobytes(file, status, "VmPin:"), kilobytes(file, status, "VmLck:"));
    }

    /** The effective capabilities are a set of bits (include/uapi/linux/capability.h). */
    static boolean exempt(String file, String status) throws MalformedFileException {
        int number = find(file, status, CAPABILITIES);
        String line = status.lines().toList().get(number - 1);
        try {
            long bits = Long.parseUnsignedLong(line.substring(CAPABILITIES.length()).strip(), 16);
            return (bits >>> CAP_IPC_LOCK & 1) != 0;
        } catch (NumberFormatException notABitSet) {
            throw new MalformedFileException(file, number, line, "'" + CAPABILITIES + " HEX'");
        }
    }

    /** The first user namespace maps every id to itself; without namespaces there is no such file, hence no text. */
    static boolean firstUserNamespace(String uidMap) {
        String words = uidMap.strip().replaceAll("\\s+", " ");
        return words.isEmpty() || words.equals("0 0 4294967295");
    }

    static MemlockLimit limit(String file, String limits) throws MalformedFileException {
        int number = find(file, limits, LIMIT);
        String line = limits.lines().toList().get(number - 1);
        String[] words = line.substring(LIMIT.length()).strip().split("\\s+");
        if (words.length == 3 && words[2].equals("bytes")) {
            return new MemlockLimit(bytes(file, number, line, words[0]), bytes(file, number, line, words[1]));
        }
        throw new MalformedFileException(file, number, line, "'" + LIMIT + "  SOFT  HARD  bytes'");
    }

    private static long kilobytes(String file, String text, String name) throws MalformedFileException {
        int number = find(file, text, name);
        String line = text.lines().toList().get(number - 1);
        String value = line.substring(name.length()).strip();
        try {
            return Math.multiplyExact(Long.parseLong(value.substring(0, value.indexOf(" kB"))), 1024L);
        } catch (NumberFormatException | IndexOutOfBoundsException | ArithmeticException notASize) {
            throw new MalformedFileException(file, number, line, "'" + name + " SIZE kB'");
        }
    }

    private static long bytes(String file, int number, String line, String word) throws MalformedFileException {
        try {
            return word.equals("unlimited") ? MemlockLimit.UNLIMITED : Long.parseLong(word);
        } catch (NumberFormatException notANumber) {
            throw new MalformedFileException(file, number, line, "a number of bytes or 'unlimited'");
        }
    }

    /** The number of the line that begins so, from 1. */
    private static int find(String file, String text, String name) throws MalformedFileException {
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(name)) {
                return i + 1;
            }
        }
        throw new MalformedFileException(file, lines.size() + 1, "the end of the text", "a line '" + name + "'");
    }
}

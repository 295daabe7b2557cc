package org.pinion.fuzz;

import java.util.Locale;

/**
 * What a request says in a field: a number, or something that each kernel has at another place.
 *
 * @param base what it is
 * @param index which memory, memory file or file
 * @param number the number, or how many bytes from the beginning
 */
record Value(Base base, int index, long number) {

    /** What a value counts from. */
    enum Base {
        /** Nothing: it is a number. */
        NUMBER(""),
        /** The address of a memory. */
        RAM("ram"),
        /** The descriptor of a memory's file. */
        MEMORY_FILE("mem"),
        /** The address of what the request points to. */
        DATA("data"),
        /** The descriptor of a file that the script has opened. */
        FILE("f");

        private final String word;

        Base(String word) {
            this.word = word;
        }
    }

    static Value number(long number) {
        return new Value(Base.NUMBER, 0, number);
    }

    static Value ram(int index, long offset) {
        return new Value(Base.RAM, index, offset);
    }

    static Value memoryFile(int index) {
        return new Value(Base.MEMORY_FILE, index, 0);
    }

    static Value data(long offset) {
        return new Value(Base.DATA, 0, offset);
    }

    static Value file(int slot) {
        return new Value(Base.FILE, slot, 0);
    }

    /** The same, with another number. */
    Value withNumber(long other) {
        return new Value(base, index, other);
    }

    /** A form that {@link #parse} reads. */
    String text() {
        return switch (base) {
            case NUMBER -> hexadecimal(number);
            case RAM -> base.word + index + "+" + hexadecimal(number);
            case DATA -> base.word + "+" + hexadecimal(number);
            case MEMORY_FILE, FILE -> base.word + index;
        };
    }

    static String hexadecimal(long number) {
        return "0x" + Long.toHexString(number);
    }

    static Value parse(String text) {
        for (Base base : new Base[] {Base.RAM, Base.MEMORY_FILE, Base.DATA, Base.FILE}) {
            if (text.startsWith(base.word)) {
                return parse(base, text.substring(base.word.length()));
            }
        }
        return number(parseNumber(text));
    }

    private static Value parse(Base base, String rest) {
        int plus = rest.indexOf('+');
        String index = plus < 0 ? rest : rest.substring(0, plus);
        return new Value(base, index.isEmpty() ? 0 : Integer.parseInt(index),
                plus < 0 ? 0 : parseNumber(rest.substring(plus + 1)));
    }

    static long parseNumber(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return lower.startsWith("0x")
                ? Long.parseUnsignedLong(lower.substring(2), 16)
                : Long.parseLong(lower);
    }
}

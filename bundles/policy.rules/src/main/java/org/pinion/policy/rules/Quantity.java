package org.pinion.policy.rules;

import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An address or a number of bytes as filters compare it: unsigned, without an end, written in decimal, in hexadecimal
 * after {@code 0x}, or with a unit of {@code K}, {@code M}, {@code G} or {@code T}. It is public for the framework,
 * whose filters make the right side of a comparison by {@link #valueOf(String)}.
 *
 * @param number the number, not negative
 */
public record Quantity(BigInteger number) implements Comparable<Quantity> {

    private static final Pattern HEXADECIMAL = Pattern.compile("0[xX]([0-9a-fA-F]+)");
    private static final Pattern DECIMAL = Pattern.compile("([0-9]+)([KMGT]?)");
    private static final String UNITS = "KMGT";
    private static final int BITS_OF_A_UNIT = 10;
    private static final int HEX = 16;

    /**
     * Reads a number.
     *
     * @param text as people write it
     * @return the number
     * @throws NumberFormatException if it is none
     */
    public static Quantity valueOf(String text) {
        Matcher hexadecimal = HEXADECIMAL.matcher(text.strip());
        if (hexadecimal.matches()) {
            return new Quantity(new BigInteger(hexadecimal.group(1), HEX));
        }
        Matcher decimal = DECIMAL.matcher(text.strip());
        if (!decimal.matches()) {
            throw new NumberFormatException("'" + text + "' is no number; write 4096, 0x1000 or 4K");
        }
        int units = decimal.group(2).isEmpty() ? 0 : UNITS.indexOf(decimal.group(2)) + 1;
        return new Quantity(new BigInteger(decimal.group(1)).shiftLeft(units * BITS_OF_A_UNIT));
    }

    /** An unsigned address. */
    static Quantity of(long address) {
        return new Quantity(new BigInteger(Long.toUnsignedString(address)));
    }

    /** The size of a range as the api tells it, where 0 stands for all addresses. */
    static Quantity ofSize(long size) {
        return size == 0 ? new Quantity(BigInteger.ONE.shiftLeft(Long.SIZE)) : of(size);
    }

    @Override
    public int compareTo(Quantity other) {
        return number.compareTo(other.number);
    }

    /** {@return the number in hexadecimal} */
    @Override
    public String toString() {
        return "0x" + number.toString(HEX);
    }
}

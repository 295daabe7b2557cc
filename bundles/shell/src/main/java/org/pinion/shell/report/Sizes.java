package org.pinion.shell.report;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.stream.Stream;
import org.pinion.api.AddressRange;

/** Sizes for people: {@code 384 MiB}, exact where four digits are enough for that, else rounded to one decimal. */
public final class Sizes {

    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    /** Below this an exact number in a smaller unit reads better than a rounded one in a larger. */
    private static final BigInteger SHORT = BigInteger.valueOf(10_000);

    private Sizes() {}

    /**
     * @param range a range
     * @return its size
     */
    public static String of(AddressRange range) {
        return of(bytes(range));
    }

    /**
     * @param bytes a number of bytes, unsigned
     * @return the number with a unit
     */
    public static String of(long bytes) {
        return of(new BigInteger(Long.toUnsignedString(bytes)));
    }

    /**
     * @param ranges ranges that do not overlap
     * @return what they cover together
     */
    public static String sum(Stream<AddressRange> ranges) {
        return of(ranges.map(Sizes::bytes).reduce(BigInteger.ZERO, BigInteger::add));
    }

    // A range can have 2^64 bytes, one more than a long counts.
    private static BigInteger bytes(AddressRange range) {
        return new BigInteger(Long.toUnsignedString(range.last() - range.start())).add(BigInteger.ONE);
    }

    private static String of(BigInteger bytes) {
        int unit = Math.clamp((bytes.bitLength() - 1) / 10, 0, UNITS.length - 1);
        for (int exact = unit; exact >= 0 && number(bytes, exact).compareTo(SHORT) < 0; exact--) {
            if (bytes.mod(BigInteger.ONE.shiftLeft(10 * exact)).signum() == 0) {
                return number(bytes, exact) + " " + UNITS[exact];
            }
        }
        BigDecimal one = new BigDecimal(BigInteger.ONE.shiftLeft(10 * unit));
        return new BigDecimal(bytes).divide(one, 1, RoundingMode.HALF_UP).toPlainString() + " " + UNITS[unit];
    }

    private static BigInteger number(BigInteger bytes, int unit) {
        return bytes.shiftRight(10 * unit);
    }
}

package org.pinion.api;

import java.util.Optional;

/**
 * A non-empty range of unsigned 64-bit addresses, both ends included.
 *
 * @param start first address, unsigned
 * @param last last address, unsigned, not below {@code start}
 */
public record AddressRange(long start, long last) implements Comparable<AddressRange> {

    /** Every 64-bit address: [0, 2<sup>64</sup>-1]. */
    public static final AddressRange ALL = new AddressRange(0, -1L);

    /**
     * Checks that the ends are in order.
     *
     * @throws IllegalArgumentException if {@code last} is below {@code start} (unsigned)
     */
    public AddressRange {
        if (Long.compareUnsigned(last, start) < 0) {
            throw new IllegalArgumentException(
                    "a range cannot end at 0x%x, before its start 0x%x".formatted(last, start));
        }
    }

    /**
     * The range of {@code size} bytes from {@code start}.
     *
     * @param start first address, unsigned
     * @param size bytes, unsigned, at least 1
     * @return the range
     * @throws IllegalArgumentException if the size is 0 or the range would end past 2<sup>64</sup>-1
     */
    public static AddressRange ofSize(long start, long size) {
        if (size == 0) {
            throw new IllegalArgumentException("a range at 0x%x cannot have a size of 0".formatted(start));
        }
        long last = start + (size - 1);
        if (Long.compareUnsigned(last, start) < 0) {
            throw new IllegalArgumentException(
                    "0x%x bytes from 0x%x end past 2^64-1".formatted(size, start));
        }
        return new AddressRange(start, last);
    }

    /** {@return the size in bytes, unsigned; 0 stands for 2<sup>64</sup>, which only {@link #ALL} has} */
    public long size() {
        return last - start + 1;
    }

    /**
     * Tells whether an address lies in this range.
     *
     * @param address an unsigned address
     * @return whether the address lies in this range
     */
    public boolean contains(long address) {
        return Long.compareUnsigned(start, address) <= 0 && Long.compareUnsigned(address, last) <= 0;
    }

    /**
     * Tells whether a range lies within this one.
     *
     * @param other another range
     * @return whether every address of the other range lies in this one
     */
    public boolean contains(AddressRange other) {
        return contains(other.start) && contains(other.last);
    }

    /**
     * Tells whether two ranges overlap.
     *
     * @param other another range
     * @return whether the two share an address
     */
    public boolean overlaps(AddressRange other) {
        return Long.compareUnsigned(start, other.last) <= 0 && Long.compareUnsigned(other.start, last) <= 0;
    }

    /**
     * Cuts this range down to another.
     *
     * @param other another range
     * @return what the two share, empty if nothing
     */
    public Optional<AddressRange> intersect(AddressRange other) {
        return overlaps(other)
                ? Optional.of(new AddressRange(max(start, other.start), min(last, other.last)))
                : Optional.empty();
    }

    /**
     * Tells whether a range follows this one without a gap.
     *
     * @param next a range
     * @return whether {@code next} begins at the address right after this range's last
     */
    public boolean meets(AddressRange next) {
        return last != -1L && last + 1 == next.start;
    }

    /**
     * The part of this range whose ends are multiples of an alignment: start rounded up, end rounded down.
     *
     * @param alignment bytes, a power of two
     * @return the aligned part, empty if no whole aligned unit lies inside
     */
    public Optional<AddressRange> trimTo(long alignment) {
        long low = alignment - 1;
        long first = (start + low) & ~low;
        long end = ((last + 1) & ~low) - 1;
        boolean wrapped = Long.compareUnsigned(first, start) < 0 || Long.compareUnsigned(end, last) > 0;
        return wrapped || Long.compareUnsigned(end, first) < 0
                ? Optional.empty()
                : Optional.of(new AddressRange(first, end));
    }

    /** Orders by start, then by end, both unsigned. */
    @Override
    public int compareTo(AddressRange other) {
        int byStart = Long.compareUnsigned(start, other.start);
        return byStart != 0 ? byStart : Long.compareUnsigned(last, other.last);
    }

    /** {@return {@code 0xSTART-0xLAST}, as the kernel and QEMU print ranges} */
    @Override
    public String toString() {
        return "0x" + Long.toHexString(start) + "-0x" + Long.toHexString(last);
    }

    private static long max(long a, long b) {
        return Long.compareUnsigned(a, b) >= 0 ? a : b;
    }

    private static long min(long a, long b) {
        return Long.compareUnsigned(a, b) <= 0 ? a : b;
    }
}

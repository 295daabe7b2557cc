package org.pinion.emulator.host;

/**
 * A range of IO virtual addresses, both ends included.
 *
 * @param start first address, unsigned
 * @param last last address, unsigned, not below {@code start}
 */
public record IovaRange(long start, long last) {

    /** Every 64-bit address. */
    public static final IovaRange ALL = new IovaRange(0, -1L);

    /** @throws IllegalArgumentException if the range ends before it starts */
    public IovaRange {
        if (Long.compareUnsigned(last, start) < 0) {
            throw new IllegalArgumentException("0x%x-0x%x ends before it starts".formatted(start, last));
        }
    }

    /**
     * @param address an address
     * @return whether it lies in the range
     */
    public boolean contains(long address) {
        return Long.compareUnsigned(start, address) <= 0 && Long.compareUnsigned(address, last) <= 0;
    }

    /**
     * @param first first address of another range
     * @param end last address of it
     * @return whether the two share an address
     */
    public boolean touches(long first, long end) {
        return Long.compareUnsigned(start, end) <= 0 && Long.compareUnsigned(first, last) <= 0;
    }

    @Override
    public String toString() {
        return "0x%x-0x%x".formatted(start, last);
    }
}

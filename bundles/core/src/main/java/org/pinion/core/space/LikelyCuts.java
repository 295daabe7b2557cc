package org.pinion.core.space;

import java.util.NavigableSet;
import org.pinion.api.AddressRange;

/**
 * Where memory of a guest is likely to be cut: a PC's firmware switches its shadows and its video memory page by page
 * below 1 MiB, windows of bridges come and go in 2 MiB below 4 GiB, and memory is plugged in whole gigabytes above.
 * That makes 2304 pieces below 4 GiB and 28,000 for all addresses, of the 65535 that a container takes.
 *
 * <p>It depends on addresses alone, so the same memory falls into the same pieces whatever is mapped around it.
 */
final class LikelyCuts {

    private static final long PAGE = 4096;
    private static final long MIB = 1 << 20;
    private static final long GIB = 1 << 30;
    /** Far up there are 1024 pieces for each doubling of addresses. */
    private static final int PIECES_SHIFT = 10;

    private LikelyCuts() {}

    /**
     * @param range a range
     * @param alignment bytes, a power of two: what every mapping must keep to
     * @param boundaries takes where in the range a piece begins but the first
     */
    static void in(AddressRange range, long alignment, NavigableSet<Long> boundaries) {
        long next = last(range.start(), alignment) + 1;
        while (next != 0 && range.contains(next)) {
            boundaries.add(next);
            next = last(next, alignment) + 1;
        }
    }

    /** {@return the last address of the piece that an address falls into} */
    private static long last(long address, long alignment) {
        return address | (Math.max(size(address), alignment) - 1);
    }

    private static long size(long address) {
        if (Long.compareUnsigned(address, MIB) < 0) {
            return PAGE;
        }
        if (Long.compareUnsigned(address, 4 * GIB) < 0) {
            return 2 * MIB;
        }
        return Math.max(GIB, Long.highestOneBit(address) >>> PIECES_SHIFT);
    }
}

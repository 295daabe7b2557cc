package org.pinion.device;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.pinion.api.AddressRange;
import org.pinion.api.RangeSet;

/**
 * Room for the kernel's answer to which pages were written: a bit for every page of a range, the lowest bit of the
 * first byte for the first page, as iommufd and VFIO's containers both write it. Used by one thread.
 *
 * @param range the addresses, whole pages
 * @param pageSize bytes that a bit stands for, a power of two
 * @param memory the bits, zero at first, in whole words of 64
 */
public record DirtyBitmap(AddressRange range, long pageSize, MemorySegment memory) {

    /**
     * Makes room.
     *
     * @param arena what the room lives in
     * @param range the addresses, whole pages
     * @param pageSize bytes that a bit is to stand for, a power of two
     * @return the room, with every bit zero
     */
    public static DirtyBitmap allocate(Arena arena, AddressRange range, long pageSize) {
        long pages = Long.divideUnsigned(range.size(), pageSize);
        long words = (pages + Long.SIZE - 1) / Long.SIZE;
        return new DirtyBitmap(range, pageSize, arena.allocate(words * Long.BYTES, Long.BYTES));
    }

    /**
     * The pages that the kernel has marked. Bits past the end of the range mean nothing: a container leaves old ones
     * there ({@code update_user_bitmap} in drivers/vfio/vfio_iommu_type1.c).
     *
     * @return the addresses of the pages, all of them in the range
     */
    public RangeSet written() {
        List<AddressRange> runs = new ArrayList<>();
        long pages = Long.divideUnsigned(range.size(), pageSize);
        long page = next(0, pages, true);
        while (page < pages) {
            long end = next(page, pages, false);
            runs.add(new AddressRange(range.start() + page * pageSize, range.start() + end * pageSize - 1));
            page = next(end, pages, true);
        }
        return RangeSet.of(runs);
    }

    /** {@return the first page from one on whose bit is set or clear, {@code pages} if there is none} */
    private long next(long from, long pages, boolean set) {
        long page = from;
        while (page < pages) {
            long word = memory.getAtIndex(ValueLayout.JAVA_LONG, page / Long.SIZE);
            long rest = (set ? word : ~word) >>> page % Long.SIZE;
            if (rest != 0) {
                return Math.min(page + Long.numberOfTrailingZeros(rest), pages);
            }
            page += Long.SIZE - page % Long.SIZE;
        }
        return pages;
    }
}

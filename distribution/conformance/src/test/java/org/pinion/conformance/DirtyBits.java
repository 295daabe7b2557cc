package org.pinion.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import java.util.function.IntPredicate;
import org.pinion.linux.uapi.Iommufd;

/** Marks every other page of a page table as written, and compares what the kernel tells. A bit is a mock page. */
final class DirtyBits {

    private final OpenIommufd iommufd;
    private final Mock mock;
    private final int table;
    private final long length;
    private final int count;
    private final int bitsOfAPage;

    DirtyBits(OpenIommufd iommufd, Mock mock, int table, DirtyVariant variant) {
        this.iommufd = iommufd;
        this.mock = mock;
        this.table = table;
        this.length = variant.bytes;
        this.count = Math.toIntExact(variant.bytes / Mock.PAGE);
        this.bitsOfAPage = Math.toIntExact(pageSize(variant) / Mock.PAGE);
    }

    /** The pages of the page table; before Linux 7 a mock page table never made bigger ones of small ones. */
    private static long pageSize(DirtyVariant variant) {
        if (variant.hugePages) {
            return Mock.HUGE_PAGE;
        }
        return KernelUnderTest.has(7, 0) ? TestMemory.PAGE : Mock.PAGE;
    }

    long bitmapBytes() {
        return (count + 7) / 8;
    }

    void check(MemorySegment bitmap, int flags) {
        boolean kept = (flags & Iommufd.HWPT_GET_DIRTY_BITMAP_NO_CLEAR) != 0;
        write(bitmap, bit -> bit % (2 * bitsOfAPage) == 0);
        Expect.equal(count / (2 * bitsOfAPage),
                mock.markDirty(table, Mock.APERTURE_START, length, Mock.PAGE, bitmap.address()));
        assertThat(told(bitmap, flags)).isEqualTo(expected(bit -> bit / bitsOfAPage % 2 == 0));
        assertThat(told(bitmap, flags)).isEqualTo(expected(bit -> kept && bit / bitsOfAPage % 2 == 0));
        Expect.succeeds(iommufd.trackDirty(table, true));
    }

    private BitSet expected(IntPredicate dirty) {
        BitSet bits = new BitSet(count);
        for (int bit = 0; bit < count; bit++) {
            bits.set(bit, dirty.test(bit));
        }
        return bits;
    }

    private void write(MemorySegment bitmap, IntPredicate dirty) {
        byte[] bytes = expected(dirty).toByteArray();
        bitmap.fill((byte) 0);
        MemorySegment.copy(MemorySegment.ofArray(bytes), 0, bitmap, 0, bytes.length);
    }

    private BitSet told(MemorySegment bitmap, int flags) {
        bitmap.fill((byte) 0);
        Expect.succeeds(iommufd.dirtyBitmap(table, flags, Mock.APERTURE_START, length, Mock.PAGE, bitmap.address()));
        return BitSet.valueOf(bitmap.toArray(ValueLayout.JAVA_BYTE));
    }
}

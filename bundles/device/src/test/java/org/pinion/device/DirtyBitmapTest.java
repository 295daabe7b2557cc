package org.pinion.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.pinion.api.AddressRange;
import org.pinion.api.RangeSet;

class DirtyBitmapTest {

    private static final long PAGE = 4096;

    @Test
    void tellsEveryPageWhoseBitIsSetAndNoOther() {
        Random random = new Random(7);
        for (int pages : new int[] {1, 63, 64, 65, 130, 200}) {
            AddressRange range = AddressRange.ofSize(0x10_0000, pages * PAGE);
            try (Arena arena = Arena.ofConfined()) {
                DirtyBitmap bitmap = DirtyBitmap.allocate(arena, range, PAGE);
                BitSet bits = BitSet.valueOf(new long[] {random.nextLong(), -1L, random.nextLong(), random.nextLong()});
                for (int i = 0; i < pages; i++) {
                    set(bitmap, i, bits.get(i));
                }
                RangeSet written = bitmap.written();
                for (int i = 0; i < pages; i++) {
                    assertThat(written.contains(range.start() + i * PAGE)).isEqualTo(bits.get(i));
                }
            }
        }
    }

    @Test
    void bitsPastTheEndMeanNothing() {
        try (Arena arena = Arena.ofConfined()) {
            DirtyBitmap bitmap = DirtyBitmap.allocate(arena, AddressRange.ofSize(0, 3 * PAGE), PAGE);
            bitmap.memory().set(ValueLayout.JAVA_LONG, 0, -1L);
            assertThat(bitmap.written()).isEqualTo(RangeSet.of(AddressRange.ofSize(0, 3 * PAGE)));
        }
    }

    @Test
    void theLastPageOfAllAddressesCanBeTold() {
        try (Arena arena = Arena.ofConfined()) {
            DirtyBitmap bitmap = DirtyBitmap.allocate(arena, new AddressRange(-2 * PAGE, -1L), PAGE);
            set(bitmap, 1, true);
            assertThat(bitmap.written()).isEqualTo(RangeSet.of(new AddressRange(-PAGE, -1L)));
        }
    }

    private static void set(DirtyBitmap bitmap, int page, boolean written) {
        long word = bitmap.memory().getAtIndex(ValueLayout.JAVA_LONG, page / 64);
        long bit = 1L << page % 64;
        bitmap.memory().setAtIndex(ValueLayout.JAVA_LONG, page / 64, written ? word | bit : word & ~bit);
    }
}

package org.pinion.emulator.type1;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.BitSet;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.emulator.syscall.UserMemory;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.VfioBitmap;

/**
 * The caller's room for a bit for every page.
 *
 * @param pageSize bytes that a bit stands for
 * @param address where it is
 */
record UserBitmap(long pageSize, long address) {

    /** 2^31 bits. */
    static final long MAXIMUM_BYTES = 1L << 28;

    /** EINVAL if it is no memory of a process, or not big enough for a range of so many bytes. */
    static UserBitmap read(VfioBitmap bitmap, long rangeBytes) throws SyscallException {
        boolean inProcess = bitmap.data() >= 0 && bitmap.size() >= 0 && bitmap.data() + bitmap.size() >= 0;
        SyscallException.require(inProcess, Errno.EINVAL);
        long pages = rangeBytes >>> Long.numberOfTrailingZeros(bitmap.pgsize());
        long needed = (pages >>> 6) + ((pages & 63) == 0 ? 0 : 1) << 3;
        boolean fits = pages != 0 && bitmap.size() <= MAXIMUM_BYTES
                && Long.compareUnsigned(needed, bitmap.size()) <= 0;
        SyscallException.require(fits, Errno.EINVAL);
        return new UserBitmap(bitmap.pgsize(), bitmap.data());
    }

    /**
     * Writes a mapping's bits, as {@code update_user_bitmap} does. If they begin inside a word they are moved there,
     * and what the caller has below them in that word is taken in; they are written in whole words, so that what the
     * mapping's bitmap has past its end is told too. They stay moved: of those at the end some are left when the bits
     * of the mapping are cleared, and told as stale ones another time. EFAULT if there is no memory; they are moved
     * already then.
     */
    void exchange(long first, int count, BitSet bits) throws SyscallException {
        int shift = (int) (first & 63);
        int words = (int) ((shift + (long) count + 63) >>> 6);
        if (shift != 0) {
            move(bits, shift, words * Long.SIZE);
        }
        MemorySegment user = UserMemory.at(address + (first >>> 6 << 3), (long) words * Long.BYTES);
        if (shift != 0) {
            long below = user.get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
            bits.or(BitSet.valueOf(new long[] {below & (1L << shift) - 1}));
        }
        long[] content = Arrays.copyOf(bits.get(0, words * Long.SIZE).toLongArray(), words);
        MemorySegment.copy(content, 0, user, ValueLayout.JAVA_LONG_UNALIGNED, 0, words);
    }

    /** Within whole words, stale bits and all; what would leave them is lost (bitmap_shift_left). */
    private static void move(BitSet bits, int shift, int room) {
        BitSet old = bits.get(0, room - shift);
        bits.clear(0, room);
        old.stream().forEach(bit -> bits.set(bit + shift));
    }
}

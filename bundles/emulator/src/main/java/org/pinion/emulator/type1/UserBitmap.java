package org.pinion.emulator.type1;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
     * Writes bits. If they begin inside a word all that the caller has in that word stays too; else what follows them
     * in their last word becomes 0. EFAULT if there is no memory.
     */
    void write(long first, long count, boolean value) throws SyscallException {
        long shift = first & 63;
        long words = (shift + count + 63) >>> 6;
        MemorySegment user = UserMemory.at(address + (first >>> 6 << 3), words * Long.BYTES);
        for (long word = 0; word < words; word++) {
            long before = word == 0 ? (1L << shift) - 1 : 0;
            long end = shift + count - word * Long.SIZE;
            long upTo = end >= Long.SIZE ? -1L : (1L << end) - 1;
            long old = before == 0 ? 0 : user.get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
            user.set(ValueLayout.JAVA_LONG_UNALIGNED, word * Long.BYTES, old | (value ? upTo & ~before : 0));
        }
    }
}

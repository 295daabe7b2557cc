package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** {@code struct vfio_bitmap} (include/uapi/linux/vfio.h): a bit for every page. */
public final class VfioBitmap extends Struct {

    /** Bytes of the structure. */
    public static final int SIZE = 24;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public VfioBitmap(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static VfioBitmap allocate(Arena arena) {
        return new VfioBitmap(arena.allocate(SIZE, 8));
    }

    /** {@return {@code pgsize}: bytes of a page} */
    public long pgsize() {
        return getLong(0);
    }

    /**
     * @param pgsize {@code pgsize}: bytes of a page
     * @return this
     */
    public VfioBitmap pgsize(long pgsize) {
        setLong(0, pgsize);
        return this;
    }

    /** {@return {@code size}: bytes of the bitmap} */
    public long size() {
        return getLong(8);
    }

    /**
     * @param size {@code size}: bytes of the bitmap
     * @return this
     */
    public VfioBitmap size(long size) {
        setLong(8, size);
        return this;
    }

    /** {@return {@code data}: the address of the bitmap} */
    public long data() {
        return getLong(16);
    }

    /**
     * @param data {@code data}: the address of the bitmap
     * @return this
     */
    public VfioBitmap data(long data) {
        setLong(16, data);
        return this;
    }
}

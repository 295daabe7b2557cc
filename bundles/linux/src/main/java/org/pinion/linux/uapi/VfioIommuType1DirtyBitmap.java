package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@code struct vfio_iommu_type1_dirty_bitmap} (include/uapi/linux/vfio.h): starts or stops telling which pages were
 * written, or asks for them.
 */
public final class VfioIommuType1DirtyBitmap extends Struct {

    /** Bytes of the structure, without what follows it. */
    public static final int SIZE = 8;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public VfioIommuType1DirtyBitmap(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed, that knows its size.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static VfioIommuType1DirtyBitmap allocate(Arena arena) {
        VfioIommuType1DirtyBitmap struct = new VfioIommuType1DirtyBitmap(arena.allocate(SIZE, 8));
        struct.setInt(0, SIZE);
        return struct;
    }

    /**
     * A new structure, zeroed, that knows its size, with a range behind it for {@link
     * VfioType1#DIRTY_PAGES_GET_BITMAP}.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static VfioIommuType1DirtyBitmap allocateWithRange(Arena arena) {
        long bytes = SIZE + VfioIommuType1DirtyBitmapGet.SIZE;
        VfioIommuType1DirtyBitmap struct = new VfioIommuType1DirtyBitmap(arena.allocate(bytes, 8));
        struct.setInt(0, (int) bytes);
        return struct;
    }

    /**
     * {@return {@code flags}: {@link VfioType1#DIRTY_PAGES_START}, {@link VfioType1#DIRTY_PAGES_STOP} or {@link
     * VfioType1#DIRTY_PAGES_GET_BITMAP}}
     */
    public int flags() {
        return getInt(4);
    }

    /**
     * @param flags {@code flags}: {@link VfioType1#DIRTY_PAGES_START}, {@link VfioType1#DIRTY_PAGES_STOP} or {@link
     *     VfioType1#DIRTY_PAGES_GET_BITMAP}
     * @return this
     */
    public VfioIommuType1DirtyBitmap flags(int flags) {
        setInt(4, flags);
        return this;
    }

    /** {@return {@code data}: which range to tell of} */
    public VfioIommuType1DirtyBitmapGet range() {
        return new VfioIommuType1DirtyBitmapGet(memory().asSlice(SIZE, VfioIommuType1DirtyBitmapGet.SIZE));
    }
}

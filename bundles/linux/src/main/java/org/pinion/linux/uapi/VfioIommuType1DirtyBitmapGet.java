package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@code struct vfio_iommu_type1_dirty_bitmap_get} (include/uapi/linux/vfio.h): which range to tell the written pages
 * of.
 */
public final class VfioIommuType1DirtyBitmapGet extends Struct {

    /** Bytes of the structure. */
    public static final int SIZE = 40;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public VfioIommuType1DirtyBitmapGet(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static VfioIommuType1DirtyBitmapGet allocate(Arena arena) {
        return new VfioIommuType1DirtyBitmapGet(arena.allocate(SIZE, 8));
    }

    /** {@return {@code iova}: the first IO virtual address} */
    public long iova() {
        return getLong(0);
    }

    /**
     * @param iova {@code iova}: the first IO virtual address
     * @return this
     */
    public VfioIommuType1DirtyBitmapGet iova(long iova) {
        setLong(0, iova);
        return this;
    }

    /** {@return {@code size}: bytes} */
    public long size() {
        return getLong(8);
    }

    /**
     * @param size {@code size}: bytes
     * @return this
     */
    public VfioIommuType1DirtyBitmapGet size(long size) {
        setLong(8, size);
        return this;
    }

    /** {@return {@code bitmap}: where the pages that were written go} */
    public VfioBitmap bitmap() {
        return new VfioBitmap(memory().asSlice(16, VfioBitmap.SIZE));
    }
}

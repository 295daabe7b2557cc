package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** {@code struct iommu_hwpt_get_dirty_bitmap} (include/uapi/linux/iommufd.h): asks which pages devices wrote. */
public final class IommuHwptGetDirtyBitmap extends Struct {

    /** Bytes of the structure. */
    public static final int SIZE = 48;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public IommuHwptGetDirtyBitmap(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed, that knows its size.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static IommuHwptGetDirtyBitmap allocate(Arena arena) {
        IommuHwptGetDirtyBitmap struct = new IommuHwptGetDirtyBitmap(arena.allocate(SIZE, 8));
        struct.setInt(0, SIZE);
        return struct;
    }

    /** {@return {@code hwpt_id}: the page table} */
    public int hwptId() {
        return getInt(4);
    }

    /**
     * @param hwptId {@code hwpt_id}: the page table
     * @return this
     */
    public IommuHwptGetDirtyBitmap hwptId(int hwptId) {
        setInt(4, hwptId);
        return this;
    }

    /** {@return {@code flags}: {@link Iommufd#HWPT_GET_DIRTY_BITMAP_NO_CLEAR}, or 0} */
    public int flags() {
        return getInt(8);
    }

    /**
     * @param flags {@code flags}: {@link Iommufd#HWPT_GET_DIRTY_BITMAP_NO_CLEAR}, or 0
     * @return this
     */
    public IommuHwptGetDirtyBitmap flags(int flags) {
        setInt(8, flags);
        return this;
    }

    /** {@return {@code iova}: the first IO virtual address} */
    public long iova() {
        return getLong(16);
    }

    /**
     * @param iova {@code iova}: the first IO virtual address
     * @return this
     */
    public IommuHwptGetDirtyBitmap iova(long iova) {
        setLong(16, iova);
        return this;
    }

    /** {@return {@code length}: bytes} */
    public long length() {
        return getLong(24);
    }

    /**
     * @param length {@code length}: bytes
     * @return this
     */
    public IommuHwptGetDirtyBitmap length(long length) {
        setLong(24, length);
        return this;
    }

    /** {@return {@code page_size}: bytes that a bit stands for} */
    public long pageSize() {
        return getLong(32);
    }

    /**
     * @param pageSize {@code page_size}: bytes that a bit stands for
     * @return this
     */
    public IommuHwptGetDirtyBitmap pageSize(long pageSize) {
        setLong(32, pageSize);
        return this;
    }

    /** {@return {@code data}: the address of the bitmap} */
    public long data() {
        return getLong(40);
    }

    /**
     * @param data {@code data}: the address of the bitmap
     * @return this
     */
    public IommuHwptGetDirtyBitmap data(long data) {
        setLong(40, data);
        return this;
    }
}

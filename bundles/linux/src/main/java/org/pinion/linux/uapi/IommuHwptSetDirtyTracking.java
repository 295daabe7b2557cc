package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@code struct iommu_hwpt_set_dirty_tracking} (include/uapi/linux/iommufd.h): starts or stops telling which pages
 * devices wrote.
 */
public final class IommuHwptSetDirtyTracking extends Struct {

    /** Bytes of the structure. */
    public static final int SIZE = 16;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public IommuHwptSetDirtyTracking(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed, that knows its size.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static IommuHwptSetDirtyTracking allocate(Arena arena) {
        IommuHwptSetDirtyTracking struct = new IommuHwptSetDirtyTracking(arena.allocate(SIZE, 8));
        struct.setInt(0, SIZE);
        return struct;
    }

    /** {@return {@code flags}: {@link Iommufd#HWPT_DIRTY_TRACKING_ENABLE}, or 0 to stop} */
    public int flags() {
        return getInt(4);
    }

    /**
     * @param flags {@code flags}: {@link Iommufd#HWPT_DIRTY_TRACKING_ENABLE}, or 0 to stop
     * @return this
     */
    public IommuHwptSetDirtyTracking flags(int flags) {
        setInt(4, flags);
        return this;
    }

    /** {@return {@code hwpt_id}: the page table} */
    public int hwptId() {
        return getInt(8);
    }

    /**
     * @param hwptId {@code hwpt_id}: the page table
     * @return this
     */
    public IommuHwptSetDirtyTracking hwptId(int hwptId) {
        setInt(8, hwptId);
        return this;
    }
}

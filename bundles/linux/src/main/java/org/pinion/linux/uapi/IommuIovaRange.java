package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@code struct iommu_iova_range} (include/uapi/linux/iommufd.h): a range of IO virtual addresses, its last address
 * included.
 */
public final class IommuIovaRange extends Struct {

    /** Bytes of the structure. */
    public static final int SIZE = 16;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public IommuIovaRange(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static IommuIovaRange allocate(Arena arena) {
        IommuIovaRange struct = new IommuIovaRange(arena.allocate(SIZE, 8));
        return struct;
    }

    /** {@return {@code start}: the first address} */
    public long start() {
        return getLong(0);
    }

    /**
     * @param start {@code start}: the first address
     * @return this
     */
    public IommuIovaRange start(long start) {
        setLong(0, start);
        return this;
    }

    /** {@return {@code last}: the last address} */
    public long last() {
        return getLong(8);
    }

    /**
     * @param last {@code last}: the last address
     * @return this
     */
    public IommuIovaRange last(long last) {
        setLong(8, last);
        return this;
    }
}

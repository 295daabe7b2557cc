package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** {@code struct vfio_region_dma_range} (include/uapi/linux/vfio.h): a part of a region. */
public final class VfioRegionDmaRange extends Struct {

    /** Bytes of the structure. */
    public static final int SIZE = 16;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public VfioRegionDmaRange(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static VfioRegionDmaRange allocate(Arena arena) {
        return new VfioRegionDmaRange(arena.allocate(SIZE, 8));
    }

    /** {@return {@code offset}: where it begins in the region, bytes} */
    public long offset() {
        return getLong(0);
    }

    /**
     * @param offset {@code offset}: where it begins in the region, bytes
     * @return this
     */
    public VfioRegionDmaRange offset(long offset) {
        setLong(0, offset);
        return this;
    }

    /** {@return {@code length}: bytes} */
    public long length() {
        return getLong(8);
    }

    /**
     * @param length {@code length}: bytes
     * @return this
     */
    public VfioRegionDmaRange length(long length) {
        setLong(8, length);
        return this;
    }
}

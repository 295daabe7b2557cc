package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@code struct vfio_region_sparse_mmap_area} (include/uapi/linux/vfio.h): a part of a region that can be mapped into a
 * process.
 */
public final class VfioRegionSparseMmapArea extends Struct {

    /** Bytes of the structure. */
    public static final int SIZE = 16;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public VfioRegionSparseMmapArea(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static VfioRegionSparseMmapArea allocate(Arena arena) {
        return new VfioRegionSparseMmapArea(arena.allocate(SIZE, 8));
    }

    /** {@return {@code offset}: where it begins in the region, bytes} */
    public long offset() {
        return getLong(0);
    }

    /**
     * @param offset {@code offset}: where it begins in the region, bytes
     * @return this
     */
    public VfioRegionSparseMmapArea offset(long offset) {
        setLong(0, offset);
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
    public VfioRegionSparseMmapArea size(long size) {
        setLong(8, size);
        return this;
    }
}

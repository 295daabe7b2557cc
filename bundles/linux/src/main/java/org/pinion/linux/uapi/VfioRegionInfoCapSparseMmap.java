package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@code struct vfio_region_info_cap_sparse_mmap} (include/uapi/linux/vfio.h): which parts of a region can be mapped
 * into a process.
 */
public final class VfioRegionInfoCapSparseMmap extends Struct {

    /** Bytes of the structure, without what follows it. */
    public static final int SIZE = 16;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public VfioRegionInfoCapSparseMmap(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static VfioRegionInfoCapSparseMmap allocate(Arena arena) {
        return new VfioRegionInfoCapSparseMmap(arena.allocate(SIZE, 8));
    }

    /** {@return {@code header.id}: which capability it is} */
    public short id() {
        return getShort(0);
    }

    /**
     * @param id {@code header.id}: which capability it is
     * @return this
     */
    public VfioRegionInfoCapSparseMmap id(short id) {
        setShort(0, id);
        return this;
    }

    /** {@return {@code header.version}: its version} */
    public short version() {
        return getShort(2);
    }

    /**
     * @param version {@code header.version}: its version
     * @return this
     */
    public VfioRegionInfoCapSparseMmap version(short version) {
        setShort(2, version);
        return this;
    }

    /** {@return {@code header.next}: where the next capability begins; 0 ends the chain} */
    public int next() {
        return getInt(4);
    }

    /**
     * @param next {@code header.next}: where the next capability begins; 0 ends the chain
     * @return this
     */
    public VfioRegionInfoCapSparseMmap next(int next) {
        setInt(4, next);
        return this;
    }

    /** {@return {@code nr_areas}: how many areas follow} */
    public int nrAreas() {
        return getInt(8);
    }

    /**
     * @param nrAreas {@code nr_areas}: how many areas follow
     * @return this
     */
    public VfioRegionInfoCapSparseMmap nrAreas(int nrAreas) {
        setInt(8, nrAreas);
        return this;
    }

    /**
     * @param index the number of the area, from 0
     * @return the area
     */
    public VfioRegionSparseMmapArea area(int index) {
        long offset = SIZE + (long) index * VfioRegionSparseMmapArea.SIZE;
        return new VfioRegionSparseMmapArea(memory().asSlice(offset, VfioRegionSparseMmapArea.SIZE));
    }
}

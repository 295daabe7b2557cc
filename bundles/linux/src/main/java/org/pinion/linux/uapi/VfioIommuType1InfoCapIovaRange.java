package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@code struct vfio_iommu_type1_info_cap_iova_range} (include/uapi/linux/vfio.h): which IO virtual addresses a
 * container can use.
 */
public final class VfioIommuType1InfoCapIovaRange extends Struct {

    /** Bytes of the structure, without what follows it. */
    public static final int SIZE = 16;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public VfioIommuType1InfoCapIovaRange(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static VfioIommuType1InfoCapIovaRange allocate(Arena arena) {
        return new VfioIommuType1InfoCapIovaRange(arena.allocate(SIZE, 8));
    }

    /** {@return {@code header.id}: which capability it is} */
    public short id() {
        return getShort(0);
    }

    /**
     * @param id {@code header.id}: which capability it is
     * @return this
     */
    public VfioIommuType1InfoCapIovaRange id(short id) {
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
    public VfioIommuType1InfoCapIovaRange version(short version) {
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
    public VfioIommuType1InfoCapIovaRange next(int next) {
        setInt(4, next);
        return this;
    }

    /** {@return {@code nr_iovas}: how many ranges follow} */
    public int nrIovas() {
        return getInt(8);
    }

    /**
     * @param nrIovas {@code nr_iovas}: how many ranges follow
     * @return this
     */
    public VfioIommuType1InfoCapIovaRange nrIovas(int nrIovas) {
        setInt(8, nrIovas);
        return this;
    }

    /**
     * @param index the number of the range, from 0
     * @return the range
     */
    public VfioIovaRange range(int index) {
        long offset = SIZE + (long) index * VfioIovaRange.SIZE;
        return new VfioIovaRange(memory().asSlice(offset, VfioIovaRange.SIZE));
    }
}

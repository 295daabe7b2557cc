package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@code struct vfio_iommu_type1_info_dma_avail} (include/uapi/linux/vfio.h): how many more mappings a container takes.
 */
public final class VfioIommuType1InfoDmaAvail extends Struct {

    /** Bytes of the structure. */
    public static final int SIZE = 12;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public VfioIommuType1InfoDmaAvail(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static VfioIommuType1InfoDmaAvail allocate(Arena arena) {
        return new VfioIommuType1InfoDmaAvail(arena.allocate(SIZE, 8));
    }

    /** {@return {@code header.id}: which capability it is} */
    public short id() {
        return getShort(0);
    }

    /**
     * @param id {@code header.id}: which capability it is
     * @return this
     */
    public VfioIommuType1InfoDmaAvail id(short id) {
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
    public VfioIommuType1InfoDmaAvail version(short version) {
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
    public VfioIommuType1InfoDmaAvail next(int next) {
        setInt(4, next);
        return this;
    }

    /** {@return {@code avail}: entries left} */
    public int avail() {
        return getInt(8);
    }

    /**
     * @param avail {@code avail}: entries left
     * @return this
     */
    public VfioIommuType1InfoDmaAvail avail(int avail) {
        setInt(8, avail);
        return this;
    }
}

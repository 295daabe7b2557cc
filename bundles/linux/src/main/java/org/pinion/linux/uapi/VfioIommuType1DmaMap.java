package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** {@code struct vfio_iommu_type1_dma_map} (include/uapi/linux/vfio.h): maps memory of the process into a container. */
public final class VfioIommuType1DmaMap extends Struct {

    /** Bytes of the structure. */
    public static final int SIZE = 32;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public VfioIommuType1DmaMap(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed, that knows its size.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static VfioIommuType1DmaMap allocate(Arena arena) {
        VfioIommuType1DmaMap struct = new VfioIommuType1DmaMap(arena.allocate(SIZE, 8));
        struct.setInt(0, SIZE);
        return struct;
    }

    /** {@return {@code flags}: {@link VfioType1#MAP_READ}, {@link VfioType1#MAP_WRITE}, {@link VfioType1#MAP_VADDR}} */
    public int flags() {
        return getInt(4);
    }

    /**
     * @param flags {@code flags}: {@link VfioType1#MAP_READ}, {@link VfioType1#MAP_WRITE}, {@link VfioType1#MAP_VADDR}
     * @return this
     */
    public VfioIommuType1DmaMap flags(int flags) {
        setInt(4, flags);
        return this;
    }

    /** {@return {@code vaddr}: the address in the process} */
    public long vaddr() {
        return getLong(8);
    }

    /**
     * @param vaddr {@code vaddr}: the address in the process
     * @return this
     */
    public VfioIommuType1DmaMap vaddr(long vaddr) {
        setLong(8, vaddr);
        return this;
    }

    /** {@return {@code iova}: the IO virtual address} */
    public long iova() {
        return getLong(16);
    }

    /**
     * @param iova {@code iova}: the IO virtual address
     * @return this
     */
    public VfioIommuType1DmaMap iova(long iova) {
        setLong(16, iova);
        return this;
    }

    /** {@return {@code size}: bytes} */
    public long size() {
        return getLong(24);
    }

    /**
     * @param size {@code size}: bytes
     * @return this
     */
    public VfioIommuType1DmaMap size(long size) {
        setLong(24, size);
        return this;
    }
}

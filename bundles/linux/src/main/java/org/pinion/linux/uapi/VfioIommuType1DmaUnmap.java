package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** {@code struct vfio_iommu_type1_dma_unmap} (include/uapi/linux/vfio.h): unmaps a range of a container. */
public final class VfioIommuType1DmaUnmap extends Struct {

    /** Bytes of the structure, without what follows it. */
    public static final int SIZE = 24;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public VfioIommuType1DmaUnmap(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed, that knows its size.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static VfioIommuType1DmaUnmap allocate(Arena arena) {
        VfioIommuType1DmaUnmap struct = new VfioIommuType1DmaUnmap(arena.allocate(SIZE, 8));
        struct.setInt(0, SIZE);
        return struct;
    }

    /**
     * A new structure, zeroed, that knows its size, with a bitmap behind it for {@link
     * VfioType1#UNMAP_GET_DIRTY_BITMAP}.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static VfioIommuType1DmaUnmap allocateWithBitmap(Arena arena) {
        VfioIommuType1DmaUnmap struct = new VfioIommuType1DmaUnmap(arena.allocate(SIZE + VfioBitmap.SIZE, 8));
        struct.setInt(0, SIZE + VfioBitmap.SIZE);
        return struct;
    }

    /**
     * {@return {@code flags}: {@link VfioType1#UNMAP_GET_DIRTY_BITMAP}, {@link VfioType1#UNMAP_ALL}, {@link
     * VfioType1#UNMAP_VADDR}}
     */
    public int flags() {
        return getInt(4);
    }

    /**
     * @param flags {@code flags}: {@link VfioType1#UNMAP_GET_DIRTY_BITMAP}, {@link VfioType1#UNMAP_ALL}, {@link
     *     VfioType1#UNMAP_VADDR}
     * @return this
     */
    public VfioIommuType1DmaUnmap flags(int flags) {
        setInt(4, flags);
        return this;
    }

    /** {@return {@code iova}: the first IO virtual address} */
    public long iova() {
        return getLong(8);
    }

    /**
     * @param iova {@code iova}: the first IO virtual address
     * @return this
     */
    public VfioIommuType1DmaUnmap iova(long iova) {
        setLong(8, iova);
        return this;
    }

    /** {@return {@code size}: in: bytes; out: bytes that were unmapped} */
    public long size() {
        return getLong(16);
    }

    /**
     * @param size {@code size}: in: bytes; out: bytes that were unmapped
     * @return this
     */
    public VfioIommuType1DmaUnmap size(long size) {
        setLong(16, size);
        return this;
    }

    /** {@return {@code data}: where the pages that were written go} */
    public VfioBitmap bitmap() {
        return new VfioBitmap(memory().asSlice(SIZE, VfioBitmap.SIZE));
    }
}

package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@code struct iommu_vfio_ioas} (include/uapi/linux/iommufd.h): chooses the address space that requests for a VFIO
 * container mean.
 */
public final class IommuVfioIoas extends Struct {

    /** Bytes of the structure. */
    public static final int SIZE = 12;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public IommuVfioIoas(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed, that knows its size.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static IommuVfioIoas allocate(Arena arena) {
        IommuVfioIoas struct = new IommuVfioIoas(arena.allocate(SIZE, 8));
        struct.setInt(0, SIZE);
        return struct;
    }

    /** {@return {@code ioas_id}: the address space} */
    public int ioasId() {
        return getInt(4);
    }

    /**
     * @param ioasId {@code ioas_id}: the address space
     * @return this
     */
    public IommuVfioIoas ioasId(int ioasId) {
        setInt(4, ioasId);
        return this;
    }

    /**
     * {@return {@code op}: {@link Iommufd#VFIO_IOAS_GET}, {@link Iommufd#VFIO_IOAS_SET} or {@link
     * Iommufd#VFIO_IOAS_CLEAR}}
     */
    public short op() {
        return getShort(8);
    }

    /**
     * @param op {@code op}: {@link Iommufd#VFIO_IOAS_GET}, {@link Iommufd#VFIO_IOAS_SET} or {@link
     *     Iommufd#VFIO_IOAS_CLEAR}
     * @return this
     */
    public IommuVfioIoas op(short op) {
        setShort(8, op);
        return this;
    }
}

package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** {@code struct iommu_ioas_alloc} (include/uapi/linux/iommufd.h): allocates an IO address space. */
public final class IommuIoasAlloc extends Struct {

    /** Bytes of the structure. */
    public static final int SIZE = 12;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public IommuIoasAlloc(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed, that knows its size.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static IommuIoasAlloc allocate(Arena arena) {
        IommuIoasAlloc struct = new IommuIoasAlloc(arena.allocate(SIZE, 8));
        struct.setInt(0, SIZE);
        return struct;
    }

    /** {@return {@code flags}: must be 0} */
    public int flags() {
        return getInt(4);
    }

    /**
     * @param flags {@code flags}: must be 0
     * @return this
     */
    public IommuIoasAlloc flags(int flags) {
        setInt(4, flags);
        return this;
    }

    /** {@return {@code out_ioas_id}: the id of the new address space} */
    public int ioasId() {
        return getInt(8);
    }

    /**
     * @param ioasId {@code out_ioas_id}: the id of the new address space
     * @return this
     */
    public IommuIoasAlloc ioasId(int ioasId) {
        setInt(8, ioasId);
        return this;
    }
}

package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** {@code struct iommu_destroy} (include/uapi/linux/iommufd.h): destroys an object of an iommufd by its id. */
public final class IommuDestroy extends Struct {

    /** Bytes of the structure. */
    public static final int SIZE = 8;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public IommuDestroy(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed, that knows its size.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static IommuDestroy allocate(Arena arena) {
        IommuDestroy struct = new IommuDestroy(arena.allocate(SIZE, 8));
        struct.setInt(0, SIZE);
        return struct;
    }

    /** {@return {@code id}: the object} */
    public int id() {
        return getInt(4);
    }

    /**
     * @param id {@code id}: the object
     * @return this
     */
    public IommuDestroy id(int id) {
        setInt(4, id);
        return this;
    }
}

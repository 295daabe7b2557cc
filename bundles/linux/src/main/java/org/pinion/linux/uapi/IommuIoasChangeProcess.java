package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@code struct iommu_ioas_change_process} (include/uapi/linux/iommufd.h): charges the process that asks for what is
 * pinned in an iommufd.
 */
public final class IommuIoasChangeProcess extends Struct {

    /** Bytes of the structure. */
    public static final int SIZE = 8;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public IommuIoasChangeProcess(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed, that knows its size.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static IommuIoasChangeProcess allocate(Arena arena) {
        IommuIoasChangeProcess struct = new IommuIoasChangeProcess(arena.allocate(SIZE, 8));
        struct.setInt(0, SIZE);
        return struct;
    }
}

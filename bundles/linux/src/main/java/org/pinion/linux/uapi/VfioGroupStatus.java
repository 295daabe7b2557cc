package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** {@code struct vfio_group_status} (include/uapi/linux/vfio.h): what state a group is in. */
public final class VfioGroupStatus extends Struct {

    /** Bytes of the structure. */
    public static final int SIZE = 8;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public VfioGroupStatus(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed, that knows its size.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static VfioGroupStatus allocate(Arena arena) {
        VfioGroupStatus struct = new VfioGroupStatus(arena.allocate(SIZE, 8));
        struct.setInt(0, SIZE);
        return struct;
    }

    /** {@return {@code flags}: {@link Vfio#GROUP_VIABLE}, {@link Vfio#GROUP_CONTAINER_SET}} */
    public int flags() {
        return getInt(4);
    }

    /**
     * @param flags {@code flags}: {@link Vfio#GROUP_VIABLE}, {@link Vfio#GROUP_CONTAINER_SET}
     * @return this
     */
    public VfioGroupStatus flags(int flags) {
        setInt(4, flags);
        return this;
    }
}

package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@code struct vfio_device_detach_iommufd_pt} (include/uapi/linux/vfio.h): detaches a VFIO device from its address
 * space.
 */
public final class VfioDeviceDetachIommufdPt extends Struct {

    /** Bytes of the structure. */
    public static final int SIZE = 12;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public VfioDeviceDetachIommufdPt(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed, that knows its size.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static VfioDeviceDetachIommufdPt allocate(Arena arena) {
        VfioDeviceDetachIommufdPt struct = new VfioDeviceDetachIommufdPt(arena.allocate(SIZE, 8));
        struct.setInt(0, SIZE);
        return struct;
    }

    /** {@return {@code flags}: must be 0 without a PASID} */
    public int flags() {
        return getInt(4);
    }

    /**
     * @param flags {@code flags}: must be 0 without a PASID
     * @return this
     */
    public VfioDeviceDetachIommufdPt flags(int flags) {
        setInt(4, flags);
        return this;
    }
}

package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** {@code struct vfio_device_bind_iommufd} (include/uapi/linux/vfio.h): binds a VFIO device to an iommufd. */
public final class VfioDeviceBindIommufd extends Struct {

    /** Bytes of the structure. */
    public static final int SIZE = 24;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public VfioDeviceBindIommufd(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed, that knows its size.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static VfioDeviceBindIommufd allocate(Arena arena) {
        VfioDeviceBindIommufd struct = new VfioDeviceBindIommufd(arena.allocate(SIZE, 8));
        struct.setInt(0, SIZE);
        return struct;
    }

    /** {@return {@code flags}: must be 0 without a token} */
    public int flags() {
        return getInt(4);
    }

    /**
     * @param flags {@code flags}: must be 0 without a token
     * @return this
     */
    public VfioDeviceBindIommufd flags(int flags) {
        setInt(4, flags);
        return this;
    }

    /** {@return {@code iommufd}: the iommufd's file descriptor} */
    public int iommufd() {
        return getInt(8);
    }

    /**
     * @param iommufd {@code iommufd}: the iommufd's file descriptor
     * @return this
     */
    public VfioDeviceBindIommufd iommufd(int iommufd) {
        setInt(8, iommufd);
        return this;
    }

    /** {@return {@code out_devid}: the device's id in the iommufd} */
    public int devid() {
        return getInt(12);
    }

    /**
     * @param devid {@code out_devid}: the device's id in the iommufd
     * @return this
     */
    public VfioDeviceBindIommufd devid(int devid) {
        setInt(12, devid);
        return this;
    }
}

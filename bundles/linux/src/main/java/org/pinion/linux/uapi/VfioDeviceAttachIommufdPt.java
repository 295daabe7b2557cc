package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@code struct vfio_device_attach_iommufd_pt} (include/uapi/linux/vfio.h): attaches a bound VFIO device to an address
 * space.
 */
public final class VfioDeviceAttachIommufdPt extends Struct {

    /** Bytes of the structure. */
    public static final int SIZE = 16;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public VfioDeviceAttachIommufdPt(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed, that knows its size.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static VfioDeviceAttachIommufdPt allocate(Arena arena) {
        VfioDeviceAttachIommufdPt struct = new VfioDeviceAttachIommufdPt(arena.allocate(SIZE, 8));
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
    public VfioDeviceAttachIommufdPt flags(int flags) {
        setInt(4, flags);
        return this;
    }

    /** {@return {@code pt_id}: in: the address space or page table; out: the page table} */
    public int ptId() {
        return getInt(8);
    }

    /**
     * @param ptId {@code pt_id}: in: the address space or page table; out: the page table
     * @return this
     */
    public VfioDeviceAttachIommufdPt ptId(int ptId) {
        setInt(8, ptId);
        return this;
    }
}

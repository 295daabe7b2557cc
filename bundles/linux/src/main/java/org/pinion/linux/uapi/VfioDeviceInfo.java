package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** {@code struct vfio_device_info} (include/uapi/linux/vfio.h): what a VFIO device has. */
public final class VfioDeviceInfo extends Struct {

    /** Bytes of the structure. */
    public static final int SIZE = 24;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public VfioDeviceInfo(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed, that knows its size.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static VfioDeviceInfo allocate(Arena arena) {
        VfioDeviceInfo struct = new VfioDeviceInfo(arena.allocate(SIZE, 8));
        struct.setInt(0, SIZE);
        return struct;
    }

    /** {@return {@code flags}: what kind of device it is} */
    public int flags() {
        return getInt(4);
    }

    /**
     * @param flags {@code flags}: what kind of device it is
     * @return this
     */
    public VfioDeviceInfo flags(int flags) {
        setInt(4, flags);
        return this;
    }

    /** {@return {@code num_regions}: how many regions} */
    public int numRegions() {
        return getInt(8);
    }

    /**
     * @param numRegions {@code num_regions}: how many regions
     * @return this
     */
    public VfioDeviceInfo numRegions(int numRegions) {
        setInt(8, numRegions);
        return this;
    }

    /** {@return {@code num_irqs}: how many interrupt types} */
    public int numIrqs() {
        return getInt(12);
    }

    /**
     * @param numIrqs {@code num_irqs}: how many interrupt types
     * @return this
     */
    public VfioDeviceInfo numIrqs(int numIrqs) {
        setInt(12, numIrqs);
        return this;
    }

    /** {@return {@code cap_offset}: where capabilities begin, 0 if there are none} */
    public int capOffset() {
        return getInt(16);
    }

    /**
     * @param capOffset {@code cap_offset}: where capabilities begin, 0 if there are none
     * @return this
     */
    public VfioDeviceInfo capOffset(int capOffset) {
        setInt(16, capOffset);
        return this;
    }
}

package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** {@code struct vfio_region_info} (include/uapi/linux/vfio.h): what a region of a VFIO device is. */
public final class VfioRegionInfo extends Struct {

    /** Bytes of the structure. */
    public static final int SIZE = 32;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public VfioRegionInfo(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed, that knows its size.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static VfioRegionInfo allocate(Arena arena) {
        VfioRegionInfo struct = new VfioRegionInfo(arena.allocate(SIZE, 8));
        struct.setInt(0, SIZE);
        return struct;
    }

    /**
     * {@return {@code flags}: {@link Vfio#REGION_READ}, {@link Vfio#REGION_WRITE}, {@link Vfio#REGION_MMAP}, {@link
     * Vfio#REGION_CAPS}}
     */
    public int flags() {
        return getInt(4);
    }

    /**
     * @param flags {@code flags}: {@link Vfio#REGION_READ}, {@link Vfio#REGION_WRITE}, {@link Vfio#REGION_MMAP}, {@link
     *     Vfio#REGION_CAPS}
     * @return this
     */
    public VfioRegionInfo flags(int flags) {
        setInt(4, flags);
        return this;
    }

    /** {@return {@code index}: which region} */
    public int index() {
        return getInt(8);
    }

    /**
     * @param index {@code index}: which region
     * @return this
     */
    public VfioRegionInfo index(int index) {
        setInt(8, index);
        return this;
    }

    /** {@return {@code cap_offset}: where capabilities begin, 0 if there are none} */
    public int capOffset() {
        return getInt(12);
    }

    /**
     * @param capOffset {@code cap_offset}: where capabilities begin, 0 if there are none
     * @return this
     */
    public VfioRegionInfo capOffset(int capOffset) {
        setInt(12, capOffset);
        return this;
    }

    /** {@return {@code size}: bytes, 0 if the device has no such region} */
    public long size() {
        return getLong(16);
    }

    /**
     * @param size {@code size}: bytes, 0 if the device has no such region
     * @return this
     */
    public VfioRegionInfo size(long size) {
        setLong(16, size);
        return this;
    }

    /** {@return {@code offset}: where the region begins in the device's file} */
    public long offset() {
        return getLong(24);
    }

    /**
     * @param offset {@code offset}: where the region begins in the device's file
     * @return this
     */
    public VfioRegionInfo offset(long offset) {
        setLong(24, offset);
        return this;
    }
}

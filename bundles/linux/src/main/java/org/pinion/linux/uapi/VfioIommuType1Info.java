package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@code struct vfio_iommu_type1_info} (include/uapi/linux/vfio.h): what the IOMMU of a container can do, with a chain
 * of capabilities behind.
 */
public final class VfioIommuType1Info extends Struct {

    /** Bytes of the structure, without what follows it. */
    public static final int SIZE = 24;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public VfioIommuType1Info(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed, that knows its size.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static VfioIommuType1Info allocate(Arena arena) {
        return allocate(arena, 0);
    }

    /**
     * A new structure, zeroed, that knows its size, with room behind it.
     *
     * @param arena what it lives in
     * @param capBytes room for capabilities, bytes
     * @return the structure
     */
    public static VfioIommuType1Info allocate(Arena arena, int capBytes) {
        long bytes = SIZE + (long) capBytes;
        VfioIommuType1Info struct = new VfioIommuType1Info(arena.allocate(bytes, 8));
        struct.setInt(0, (int) bytes);
        return struct;
    }

    /** {@return {@code flags}: {@link VfioType1#INFO_PGSIZES}, {@link VfioType1#INFO_CAPS}} */
    public int flags() {
        return getInt(4);
    }

    /**
     * @param flags {@code flags}: {@link VfioType1#INFO_PGSIZES}, {@link VfioType1#INFO_CAPS}
     * @return this
     */
    public VfioIommuType1Info flags(int flags) {
        setInt(4, flags);
        return this;
    }

    /** {@return {@code iova_pgsizes}: a bit for every size of page} */
    public long iovaPgsizes() {
        return getLong(8);
    }

    /**
     * @param iovaPgsizes {@code iova_pgsizes}: a bit for every size of page
     * @return this
     */
    public VfioIommuType1Info iovaPgsizes(long iovaPgsizes) {
        setLong(8, iovaPgsizes);
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
    public VfioIommuType1Info capOffset(int capOffset) {
        setInt(16, capOffset);
        return this;
    }
}

package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@code struct iommu_option} (include/uapi/linux/iommufd.h): sets or gets an option of an iommufd or of an address
 * space.
 */
public final class IommuOption extends Struct {

    /** Bytes of the structure. */
    public static final int SIZE = 24;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public IommuOption(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed, that knows its size.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static IommuOption allocate(Arena arena) {
        IommuOption struct = new IommuOption(arena.allocate(SIZE, 8));
        struct.setInt(0, SIZE);
        return struct;
    }

    /** {@return {@code option_id}: {@link Iommufd#OPTION_RLIMIT_MODE} or {@link Iommufd#OPTION_HUGE_PAGES}} */
    public int optionId() {
        return getInt(4);
    }

    /**
     * @param optionId {@code option_id}: {@link Iommufd#OPTION_RLIMIT_MODE} or {@link Iommufd#OPTION_HUGE_PAGES}
     * @return this
     */
    public IommuOption optionId(int optionId) {
        setInt(4, optionId);
        return this;
    }

    /** {@return {@code op}: {@link Iommufd#OPTION_SET} or {@link Iommufd#OPTION_GET}} */
    public short op() {
        return getShort(8);
    }

    /**
     * @param op {@code op}: {@link Iommufd#OPTION_SET} or {@link Iommufd#OPTION_GET}
     * @return this
     */
    public IommuOption op(short op) {
        setShort(8, op);
        return this;
    }

    /** {@return {@code object_id}: the address space, 0 for the iommufd} */
    public int objectId() {
        return getInt(12);
    }

    /**
     * @param objectId {@code object_id}: the address space, 0 for the iommufd
     * @return this
     */
    public IommuOption objectId(int objectId) {
        setInt(12, objectId);
        return this;
    }

    /** {@return {@code val64}: the value} */
    public long val64() {
        return getLong(16);
    }

    /**
     * @param val64 {@code val64}: the value
     * @return this
     */
    public IommuOption val64(long val64) {
        setLong(16, val64);
        return this;
    }
}

package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@code struct iommu_ioas_copy} (include/uapi/linux/iommufd.h): maps what one address space has mapped into another,
 * without pinning it again.
 */
public final class IommuIoasCopy extends Struct {

    /** Bytes of the structure. */
    public static final int SIZE = 40;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public IommuIoasCopy(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed, that knows its size.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static IommuIoasCopy allocate(Arena arena) {
        IommuIoasCopy struct = new IommuIoasCopy(arena.allocate(SIZE, 8));
        struct.setInt(0, SIZE);
        return struct;
    }

    /**
     * {@return {@code flags}: {@link Iommufd#MAP_FIXED_IOVA}, {@link Iommufd#MAP_WRITEABLE}, {@link
     * Iommufd#MAP_READABLE}}
     */
    public int flags() {
        return getInt(4);
    }

    /**
     * @param flags {@code flags}: {@link Iommufd#MAP_FIXED_IOVA}, {@link Iommufd#MAP_WRITEABLE}, {@link
     *     Iommufd#MAP_READABLE}
     * @return this
     */
    public IommuIoasCopy flags(int flags) {
        setInt(4, flags);
        return this;
    }

    /** {@return {@code dst_ioas_id}: the address space to map into} */
    public int dstIoasId() {
        return getInt(8);
    }

    /**
     * @param dstIoasId {@code dst_ioas_id}: the address space to map into
     * @return this
     */
    public IommuIoasCopy dstIoasId(int dstIoasId) {
        setInt(8, dstIoasId);
        return this;
    }

    /** {@return {@code src_ioas_id}: the address space that has it mapped} */
    public int srcIoasId() {
        return getInt(12);
    }

    /**
     * @param srcIoasId {@code src_ioas_id}: the address space that has it mapped
     * @return this
     */
    public IommuIoasCopy srcIoasId(int srcIoasId) {
        setInt(12, srcIoasId);
        return this;
    }

    /** {@return {@code length}: bytes} */
    public long length() {
        return getLong(16);
    }

    /**
     * @param length {@code length}: bytes
     * @return this
     */
    public IommuIoasCopy length(long length) {
        setLong(16, length);
        return this;
    }

    /** {@return {@code dst_iova}: the IO virtual address to map at; out if it was not fixed} */
    public long dstIova() {
        return getLong(24);
    }

    /**
     * @param dstIova {@code dst_iova}: the IO virtual address to map at; out if it was not fixed
     * @return this
     */
    public IommuIoasCopy dstIova(long dstIova) {
        setLong(24, dstIova);
        return this;
    }

    /** {@return {@code src_iova}: the IO virtual address it is mapped at} */
    public long srcIova() {
        return getLong(32);
    }

    /**
     * @param srcIova {@code src_iova}: the IO virtual address it is mapped at
     * @return this
     */
    public IommuIoasCopy srcIova(long srcIova) {
        setLong(32, srcIova);
        return this;
    }
}

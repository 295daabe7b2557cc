package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@code struct iommu_ioas_allow_iovas} (include/uapi/linux/iommufd.h): promises that some IO virtual addresses stay
 * usable.
 */
public final class IommuIoasAllowIovas extends Struct {

    /** Bytes of the structure. */
    public static final int SIZE = 24;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public IommuIoasAllowIovas(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed, that knows its size.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static IommuIoasAllowIovas allocate(Arena arena) {
        IommuIoasAllowIovas struct = new IommuIoasAllowIovas(arena.allocate(SIZE, 8));
        struct.setInt(0, SIZE);
        return struct;
    }

    /** {@return {@code ioas_id}: the address space} */
    public int ioasId() {
        return getInt(4);
    }

    /**
     * @param ioasId {@code ioas_id}: the address space
     * @return this
     */
    public IommuIoasAllowIovas ioasId(int ioasId) {
        setInt(4, ioasId);
        return this;
    }

    /** {@return {@code num_iovas}: how many ranges} */
    public int numIovas() {
        return getInt(8);
    }

    /**
     * @param numIovas {@code num_iovas}: how many ranges
     * @return this
     */
    public IommuIoasAllowIovas numIovas(int numIovas) {
        setInt(8, numIovas);
        return this;
    }

    /** {@return {@code allowed_iovas}: the address of an array of struct iommu_iova_range} */
    public long allowedIovas() {
        return getLong(16);
    }

    /**
     * @param allowedIovas {@code allowed_iovas}: the address of an array of struct iommu_iova_range
     * @return this
     */
    public IommuIoasAllowIovas allowedIovas(long allowedIovas) {
        setLong(16, allowedIovas);
        return this;
    }
}

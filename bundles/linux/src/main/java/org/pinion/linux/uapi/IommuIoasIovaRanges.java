package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@code struct iommu_ioas_iova_ranges} (include/uapi/linux/iommufd.h): asks which IO virtual addresses an address
 * space can use.
 */
public final class IommuIoasIovaRanges extends Struct {

    /** Bytes of the structure. */
    public static final int SIZE = 32;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public IommuIoasIovaRanges(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed, that knows its size.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static IommuIoasIovaRanges allocate(Arena arena) {
        IommuIoasIovaRanges struct = new IommuIoasIovaRanges(arena.allocate(SIZE, 8));
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
    public IommuIoasIovaRanges ioasId(int ioasId) {
        setInt(4, ioasId);
        return this;
    }

    /** {@return {@code num_iovas}: in: room for how many ranges; out: how many there are} */
    public int numIovas() {
        return getInt(8);
    }

    /**
     * @param numIovas {@code num_iovas}: in: room for how many ranges; out: how many there are
     * @return this
     */
    public IommuIoasIovaRanges numIovas(int numIovas) {
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
    public IommuIoasIovaRanges allowedIovas(long allowedIovas) {
        setLong(16, allowedIovas);
        return this;
    }

    /** {@return {@code out_iova_alignment}: bytes that mappings must be aligned to} */
    public long iovaAlignment() {
        return getLong(24);
    }

    /**
     * @param iovaAlignment {@code out_iova_alignment}: bytes that mappings must be aligned to
     * @return this
     */
    public IommuIoasIovaRanges iovaAlignment(long iovaAlignment) {
        setLong(24, iovaAlignment);
        return this;
    }
}

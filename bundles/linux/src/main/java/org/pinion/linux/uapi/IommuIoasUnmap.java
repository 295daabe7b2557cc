package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** {@code struct iommu_ioas_unmap} (include/uapi/linux/iommufd.h): removes whole mappings from an address space. */
public final class IommuIoasUnmap extends Struct {

    /** Bytes of the structure. */
    public static final int SIZE = 24;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public IommuIoasUnmap(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed, that knows its size.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static IommuIoasUnmap allocate(Arena arena) {
        IommuIoasUnmap struct = new IommuIoasUnmap(arena.allocate(SIZE, 8));
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
    public IommuIoasUnmap ioasId(int ioasId) {
        setInt(4, ioasId);
        return this;
    }

    /** {@return {@code iova}: the first IO virtual address} */
    public long iova() {
        return getLong(8);
    }

    /**
     * @param iova {@code iova}: the first IO virtual address
     * @return this
     */
    public IommuIoasUnmap iova(long iova) {
        setLong(8, iova);
        return this;
    }

    /** {@return {@code length}: in: bytes; out: bytes removed} */
    public long length() {
        return getLong(16);
    }

    /**
     * @param length {@code length}: in: bytes; out: bytes removed
     * @return this
     */
    public IommuIoasUnmap length(long length) {
        setLong(16, length);
        return this;
    }
}

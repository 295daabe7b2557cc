package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@code struct iommu_ioas_map_file} (include/uapi/linux/iommufd.h): maps a memory file or a dma-buf into an address
 * space.
 */
public final class IommuIoasMapFile extends Struct {

    /** Bytes of the structure. */
    public static final int SIZE = 40;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public IommuIoasMapFile(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed, that knows its size.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static IommuIoasMapFile allocate(Arena arena) {
        IommuIoasMapFile struct = new IommuIoasMapFile(arena.allocate(SIZE, 8));
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
    public IommuIoasMapFile flags(int flags) {
        setInt(4, flags);
        return this;
    }

    /** {@return {@code ioas_id}: the address space} */
    public int ioasId() {
        return getInt(8);
    }

    /**
     * @param ioasId {@code ioas_id}: the address space
     * @return this
     */
    public IommuIoasMapFile ioasId(int ioasId) {
        setInt(8, ioasId);
        return this;
    }

    /** {@return {@code fd}: the file} */
    public int fd() {
        return getInt(12);
    }

    /**
     * @param fd {@code fd}: the file
     * @return this
     */
    public IommuIoasMapFile fd(int fd) {
        setInt(12, fd);
        return this;
    }

    /** {@return {@code start}: where in the file, bytes} */
    public long start() {
        return getLong(16);
    }

    /**
     * @param start {@code start}: where in the file, bytes
     * @return this
     */
    public IommuIoasMapFile start(long start) {
        setLong(16, start);
        return this;
    }

    /** {@return {@code length}: bytes} */
    public long length() {
        return getLong(24);
    }

    /**
     * @param length {@code length}: bytes
     * @return this
     */
    public IommuIoasMapFile length(long length) {
        setLong(24, length);
        return this;
    }

    /** {@return {@code iova}: the IO virtual address; out if it was not fixed} */
    public long iova() {
        return getLong(32);
    }

    /**
     * @param iova {@code iova}: the IO virtual address; out if it was not fixed
     * @return this
     */
    public IommuIoasMapFile iova(long iova) {
        setLong(32, iova);
        return this;
    }
}

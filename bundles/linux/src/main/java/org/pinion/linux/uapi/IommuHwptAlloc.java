package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@code struct iommu_hwpt_alloc} (include/uapi/linux/iommufd.h): allocates a page table for an address space, as a
 * device's IOMMU walks it.
 */
public final class IommuHwptAlloc extends Struct {

    /** Bytes of the structure. */
    public static final int SIZE = 48;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public IommuHwptAlloc(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed, that knows its size.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static IommuHwptAlloc allocate(Arena arena) {
        IommuHwptAlloc struct = new IommuHwptAlloc(arena.allocate(SIZE, 8));
        struct.setInt(0, SIZE);
        return struct;
    }

    /** {@return {@code flags}: 0 for a plain page table} */
    public int flags() {
        return getInt(4);
    }

    /**
     * @param flags {@code flags}: 0 for a plain page table
     * @return this
     */
    public IommuHwptAlloc flags(int flags) {
        setInt(4, flags);
        return this;
    }

    /** {@return {@code dev_id}: the device, by the id that binding it gave} */
    public int devId() {
        return getInt(8);
    }

    /**
     * @param devId {@code dev_id}: the device, by the id that binding it gave
     * @return this
     */
    public IommuHwptAlloc devId(int devId) {
        setInt(8, devId);
        return this;
    }

    /** {@return {@code pt_id}: the address space} */
    public int ptId() {
        return getInt(12);
    }

    /**
     * @param ptId {@code pt_id}: the address space
     * @return this
     */
    public IommuHwptAlloc ptId(int ptId) {
        setInt(12, ptId);
        return this;
    }

    /** {@return {@code out_hwpt_id}: the page table} */
    public int hwptId() {
        return getInt(16);
    }

    /**
     * @param hwptId {@code out_hwpt_id}: the page table
     * @return this
     */
    public IommuHwptAlloc hwptId(int hwptId) {
        setInt(16, hwptId);
        return this;
    }

    /** {@return {@code data_type}: 0 without data of the IOMMU's own} */
    public int dataType() {
        return getInt(24);
    }

    /**
     * @param dataType {@code data_type}: 0 without data of the IOMMU's own
     * @return this
     */
    public IommuHwptAlloc dataType(int dataType) {
        setInt(24, dataType);
        return this;
    }

    /** {@return {@code data_len}: how many bytes of data there are} */
    public int dataLen() {
        return getInt(28);
    }

    /**
     * @param dataLen {@code data_len}: how many bytes of data there are
     * @return this
     */
    public IommuHwptAlloc dataLen(int dataLen) {
        setInt(28, dataLen);
        return this;
    }

    /** {@return {@code data_uptr}: the address of the data, or 0} */
    public long dataUptr() {
        return getLong(32);
    }

    /**
     * @param dataUptr {@code data_uptr}: the address of the data, or 0
     * @return this
     */
    public IommuHwptAlloc dataUptr(long dataUptr) {
        setLong(32, dataUptr);
        return this;
    }

    /** {@return {@code fault_id}: the queue for page faults, with {@link Iommufd#HWPT_FAULT_ID_VALID}} */
    public int faultId() {
        return getInt(40);
    }

    /**
     * @param faultId {@code fault_id}: the queue for page faults, with {@link Iommufd#HWPT_FAULT_ID_VALID}
     * @return this
     */
    public IommuHwptAlloc faultId(int faultId) {
        setInt(40, faultId);
        return this;
    }
}

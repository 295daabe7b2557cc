package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** {@code struct iommu_hw_info} (include/uapi/linux/iommufd.h): asks what the IOMMU in front of a device is. */
public final class IommuHwInfo extends Struct {

    /** Bytes of the structure. */
    public static final int SIZE = 40;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public IommuHwInfo(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed, that knows its size.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static IommuHwInfo allocate(Arena arena) {
        IommuHwInfo struct = new IommuHwInfo(arena.allocate(SIZE, 8));
        struct.setInt(0, SIZE);
        return struct;
    }

    /** {@return {@code flags}: 0} */
    public int flags() {
        return getInt(4);
    }

    /**
     * @param flags {@code flags}: 0
     * @return this
     */
    public IommuHwInfo flags(int flags) {
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
    public IommuHwInfo devId(int devId) {
        setInt(8, devId);
        return this;
    }

    /** {@return {@code data_len}: in: room for the IOMMU's own data, bytes; out: how many it has} */
    public int dataLen() {
        return getInt(12);
    }

    /**
     * @param dataLen {@code data_len}: in: room for the IOMMU's own data, bytes; out: how many it has
     * @return this
     */
    public IommuHwInfo dataLen(int dataLen) {
        setInt(12, dataLen);
        return this;
    }

    /** {@return {@code data_uptr}: the address of that room, or 0} */
    public long dataUptr() {
        return getLong(16);
    }

    /**
     * @param dataUptr {@code data_uptr}: the address of that room, or 0
     * @return this
     */
    public IommuHwInfo dataUptr(long dataUptr) {
        setLong(16, dataUptr);
        return this;
    }

    /** {@return {@code out_data_type}: {@code Iommufd.HW_INFO_*}: whose data it is} */
    public int dataType() {
        return getInt(24);
    }

    /**
     * @param dataType {@code out_data_type}: {@code Iommufd.HW_INFO_*}: whose data it is
     * @return this
     */
    public IommuHwInfo dataType(int dataType) {
        setInt(24, dataType);
        return this;
    }

    /** {@return {@code out_max_pasid_log2}: bits of a PASID, 0 without} */
    public byte maxPasidLog2() {
        return getByte(28);
    }

    /**
     * @param maxPasidLog2 {@code out_max_pasid_log2}: bits of a PASID, 0 without
     * @return this
     */
    public IommuHwInfo maxPasidLog2(byte maxPasidLog2) {
        setByte(28, maxPasidLog2);
        return this;
    }

    /** {@return {@code out_capabilities}: {@code Iommufd.HW_CAP_*}: what it can do} */
    public long capabilities() {
        return getLong(32);
    }

    /**
     * @param capabilities {@code out_capabilities}: {@code Iommufd.HW_CAP_*}: what it can do
     * @return this
     */
    public IommuHwInfo capabilities(long capabilities) {
        setLong(32, capabilities);
        return this;
    }
}

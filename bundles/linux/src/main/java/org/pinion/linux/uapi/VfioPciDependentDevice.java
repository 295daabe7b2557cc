package org.pinion.linux.uapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** {@code struct vfio_pci_dependent_device} (include/uapi/linux/vfio.h): a PCI function that a hot reset resets too. */
public final class VfioPciDependentDevice extends Struct {

    /** Bytes of the structure. */
    public static final int SIZE = 8;

    /**
     * A view of a structure that is there.
     *
     * @param memory the structure, at least {@value #SIZE} bytes
     */
    public VfioPciDependentDevice(MemorySegment memory) {
        super(memory);
    }

    /**
     * A new structure, zeroed.
     *
     * @param arena what it lives in
     * @return the structure
     */
    public static VfioPciDependentDevice allocate(Arena arena) {
        return new VfioPciDependentDevice(arena.allocate(SIZE, 8));
    }

    /** {@return {@code group_id}: its IOMMU group; its id in the iommufd if {@link Vfio#HOT_RESET_DEV_ID} is set} */
    public int groupId() {
        return getInt(0);
    }

    /**
     * @param groupId {@code group_id}: its IOMMU group; its id in the iommufd if {@link Vfio#HOT_RESET_DEV_ID} is set
     * @return this
     */
    public VfioPciDependentDevice groupId(int groupId) {
        setInt(0, groupId);
        return this;
    }

    /** {@return {@code segment}: its PCI domain} */
    public short segment() {
        return getShort(4);
    }

    /**
     * @param segment {@code segment}: its PCI domain
     * @return this
     */
    public VfioPciDependentDevice segment(short segment) {
        setShort(4, segment);
        return this;
    }

    /** {@return {@code bus}: its bus} */
    public byte bus() {
        return getByte(6);
    }

    /**
     * @param bus {@code bus}: its bus
     * @return this
     */
    public VfioPciDependentDevice bus(byte bus) {
        setByte(6, bus);
        return this;
    }

    /** {@return {@code devfn}: device number in the upper five bits, function in the others} */
    public byte devfn() {
        return getByte(7);
    }

    /**
     * @param devfn {@code devfn}: device number in the upper five bits, function in the others
     * @return this
     */
    public VfioPciDependentDevice devfn(byte devfn) {
        setByte(7, devfn);
        return this;
    }
}

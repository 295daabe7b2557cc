package org.pinion.emulator.iommufd;

import java.util.List;
import java.util.Optional;
import org.pinion.emulator.host.ReservedRegion;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.Iommufd;

/** The IOMMU in front of a device, as its driver offers it to iommufd ({@code struct iommu_ops}). */
interface DeviceIommu {

    /** {@code IOMMU_HW_CAP_PCI_ATS_NOT_SUPPORTED}: the device does not keep translations itself. */
    int ATS_NOT_SUPPORTED = 8;

    /** What the device cannot use. */
    List<ReservedRegion> reserved();

    /**
     * Makes a page table that is not filled yet.
     *
     * @throws SyscallException EOPNOTSUPP for flags and data that the driver does not know, EINVAL and EFAULT for bad
     *         data
     */
    PageTable pageTable(Ioas ioas, TableRequest request) throws SyscallException;

    /**
     * Makes a page table on top of another one; the errors are the same.
     *
     * @param below the other one, or the guest's IOMMU that has it
     */
    NestedTable nestedTable(PageTable parent, IommufdObject below, TableRequest request) throws SyscallException;

    /** Whether there can be guests' IOMMUs of a type on top of its page tables. */
    boolean virtualizes(int type);

    /** Why the device cannot be attached to a page table; empty if it can. */
    Optional<Errno> refusal(PageTable table);

    /** Why a PASID cannot be attached to a page table that is made for PASIDs; empty if it can. */
    Optional<Errno> refusalOfPasid(int pasid, PageTable table);

    /** A PASID was detached. */
    default void pasidDetached(int pasid) {}

    /** Whether page tables with such flags can be on top of a page table of this driver. */
    boolean nests(int flags);

    /** What {@code IOMMU_GET_HW_INFO} tells that the device and its IOMMU can do. */
    default long capabilities() {
        return tracksDirty() ? Iommufd.HW_CAP_DIRTY_TRACKING : 0;
    }

    /** Whether page tables can tell which pages devices wrote. */
    boolean tracksDirty();

    /** Bits of a PASID, 0 without. */
    int pasidBits();

    /**
     * What the IOMMU tells of itself.
     *
     * @param type what is asked for, 0 for what there is
     * @throws SyscallException EOPNOTSUPP if it has nothing of that type
     */
    HwInfo info(int type) throws SyscallException;

    /**
     * What an IOMMU tells of itself.
     *
     * @param type whose data it is
     * @param data the data
     */
    record HwInfo(int type, byte[] data) {

        static final HwInfo NONE = new HwInfo(0, new byte[0]);
    }
}

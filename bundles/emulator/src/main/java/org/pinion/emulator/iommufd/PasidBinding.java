package org.pinion.emulator.iommufd;

import org.pinion.emulator.syscall.SyscallException;

/** Attaches PASIDs of a device that is bound to an iommufd; 0 means the device itself. Any thread may call. */
public interface PasidBinding {

    /**
     * Attaches a PASID.
     *
     * @param pasid the PASID
     * @param ptId an address space, or a page table
     * @return the id of what it is attached to now
     * @throws SyscallException EBUSY if it is attached already, or if it cannot be; then nothing has changed
     */
    int attach(int pasid, int ptId) throws SyscallException;

    /**
     * Attaches a PASID that is attached to something else.
     *
     * @param pasid the PASID
     * @param ptId an address space, or a page table
     * @return the id of what it is attached to now
     * @throws SyscallException EINVAL if it is not attached, or if it cannot be; then nothing has changed
     */
    int replace(int pasid, int ptId) throws SyscallException;

    /**
     * Detaches a PASID; does nothing if it is not attached.
     *
     * @param pasid the PASID
     */
    void detach(int pasid);
}

package org.pinion.emulator.iommufd;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.pinion.emulator.syscall.SyscallException;

/** A device bound to an iommufd. Methods may be called from any thread. */
public interface DeviceBinding {

    /** {@return the id that the iommufd knows the device by} */
    int id();

    /**
     * Attaches the device, or moves it if it is attached already.
     *
     * @param ptId an address space, or a page table
     * @return the id of what it is attached to now
     * @throws SyscallException if it cannot be; then nothing has changed
     */
    int attach(int ptId) throws SyscallException;

    /** {@return what attaches the device's PASIDs, empty for a mediated device} */
    Optional<PasidBinding> pasids();

    /** Detaches the device; does nothing if it is not attached. */
    void detach();

    /** Detaches the device and gives it back. */
    void unbind();

    /**
     * Moves bytes between the device and memory, through the page table of the device: all or nothing. While it runs
     * nothing of the iommufd changes, so an unmap that has returned is never overtaken.
     *
     * @param iova where, an IO virtual address
     * @param buffer the device's bytes
     * @param toMemory whether the device writes memory; else it reads it
     * @return why the transfer was stopped, empty if it was done
     */
    Optional<TransferFault> transfer(long iova, MemorySegment buffer, boolean toMemory);
}

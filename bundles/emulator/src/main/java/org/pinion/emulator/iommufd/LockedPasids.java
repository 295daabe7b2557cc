package org.pinion.emulator.iommufd;

import java.util.concurrent.locks.Lock;
import org.pinion.emulator.syscall.SyscallException;

/**
 * The PASIDs of a device for those who do not hold the iommufd's lock.
 *
 * @param lock the lock
 * @param pasids the PASIDs
 */
record LockedPasids(Lock lock, Pasids pasids) implements PasidBinding {

    @Override
    public int attach(int pasid, int ptId) throws SyscallException {
        lock.lock();
        try {
            return pasids.attach(pasid, ptId);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int replace(int pasid, int ptId) throws SyscallException {
        lock.lock();
        try {
            return pasids.replace(pasid, ptId);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void detach(int pasid) {
        lock.lock();
        try {
            pasids.detach(pasid);
        } finally {
            lock.unlock();
        }
    }
}

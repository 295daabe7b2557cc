package org.pinion.emulator.vfio;

import org.pinion.emulator.iommufd.DeviceBinding;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/**
 * What a bound device is attached as: as a whole, or as its PASID 0, which is the same to an iommufd but not to VFIO
 * (vfio_iommufd_physical_attach_ioas and vfio_iommufd_physical_pasid_attach_ioas in drivers/vfio/iommufd.c). No device
 * of a host file has other PASIDs. Guarded by the device's monitor.
 */
final class Attachment {

    private final DeviceBinding binding;
    private boolean whole;
    private boolean pasidZero;

    Attachment(DeviceBinding binding) {
        this.binding = binding;
    }

    /** Attaches it as a whole, or moves it; EBUSY if its PASID 0 is attached. Answers the id that it has got. */
    int attach(int ptId) throws SyscallException {
        int id = attach(ptId, pasidZero);
        whole = true;
        return id;
    }

    /** As {@link #attach}: ENOSPC for what is no PASID, EBUSY if it is attached as a whole, EINVAL if it is not 0. */
    int attachPasid(int pasid, int ptId) throws SyscallException {
        SyscallException.require(pasid >= 0, Errno.ENOSPC);
        if (pasid != 0) {
            binding.requireTarget(ptId);
            throw new SyscallException(Errno.EINVAL);
        }
        int id = attach(ptId, whole);
        pasidZero = true;
        return id;
    }

    private int attach(int ptId, boolean taken) throws SyscallException {
        if (taken) {
            binding.requireTarget(ptId);
            throw new SyscallException(Errno.EBUSY);
        }
        return binding.attach(ptId);
    }

    /** Does nothing if it is not attached as a whole. */
    void detach() {
        if (whole) {
            binding.detach();
            whole = false;
        }
    }

    /** Does nothing if the PASID is not attached. */
    void detachPasid(int pasid) {
        if (pasid == 0 && pasidZero) {
            binding.detach();
            pasidZero = false;
        }
    }
}

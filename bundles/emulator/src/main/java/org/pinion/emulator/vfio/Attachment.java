package org.pinion.emulator.vfio;

import java.util.Set;
import java.util.TreeSet;
import org.pinion.emulator.iommufd.DeviceBinding;
import org.pinion.emulator.iommufd.PasidBinding;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/**
 * What a bound device is attached as: as a whole, and by PASID. PASID 0 is the same as the whole to an iommufd but not
 * to VFIO: what is attached as one is not detached as the other (vfio_iommufd_physical_attach_ioas and
 * vfio_iommufd_physical_pasid_attach_ioas in drivers/vfio/iommufd.c). Guarded by the device's monitor.
 */
final class Attachment {

    private final DeviceBinding binding;
    private final Set<Integer> attached = new TreeSet<>();
    private boolean whole;

    Attachment(DeviceBinding binding) {
        this.binding = binding;
    }

    /** Attaches it as a whole, or moves it; EBUSY if its PASID 0 is attached. Answers the id that it has got. */
    int attach(int ptId) throws SyscallException {
        int id = attached.contains(0) ? pasids().attach(0, ptId) : binding.attach(ptId);
        whole = true;
        return id;
    }

    /** The same for a PASID: EOPNOTSUPP for an mdev, ENOSPC for what is none, EBUSY for 0 if the whole is attached. */
    int attachPasid(int pasid, int ptId) throws SyscallException {
        PasidBinding pasids = pasids();
        if (attached.contains(pasid)) {
            return pasids.replace(pasid, ptId);
        }
        SyscallException.require(pasid >= 0, Errno.ENOSPC);
        int id = pasids.attach(pasid, ptId);
        attached.add(pasid);
        return id;
    }

    /** Does nothing if it is not attached as a whole. */
    void detach() {
        if (whole) {
            binding.detach();
            whole = false;
        }
    }

    /** EOPNOTSUPP for an mdev; does nothing if the PASID is not attached. */
    void detachPasid(int pasid) throws SyscallException {
        PasidBinding pasids = pasids();
        if (attached.remove(pasid)) {
            pasids.detach(pasid);
        }
    }

    /** EOPNOTSUPP for an mdev. */
    PasidBinding pasids() throws SyscallException {
        return binding.pasids().orElseThrow(() -> new SyscallException(Errno.EOPNOTSUPP));
    }
}

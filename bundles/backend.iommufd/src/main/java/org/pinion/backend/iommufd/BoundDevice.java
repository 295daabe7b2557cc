package org.pinion.backend.iommufd;

import java.lang.foreign.Arena;
import org.pinion.device.IovaRanges;
import org.pinion.device.VfioDevice;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioDeviceAttachIommufdPt;
import org.pinion.linux.uapi.VfioDeviceBindIommufd;
import org.pinion.linux.uapi.VfioDeviceDetachIommufdPt;

/**
 * A VFIO device that is bound to the session's iommufd. Closing the device undoes the binding and an attachment.
 *
 * @param vfio the device
 * @param id its id in the iommufd
 */
record BoundDevice(VfioDevice vfio, int id) {

    static BoundDevice bind(VfioDevice vfio, IommuFd iommu) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            VfioDeviceBindIommufd bind = VfioDeviceBindIommufd.allocate(arena).iommufd(iommu.fd());
            ErrnoException.check("VFIO_DEVICE_BIND_IOMMUFD", vfio.ioctl(Vfio.DEVICE_BIND_IOMMUFD, bind));
            return new BoundDevice(vfio, bind.devid());
        }
    }

    void attach(int ioas) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            VfioDeviceAttachIommufdPt attach = VfioDeviceAttachIommufdPt.allocate(arena).ptId(ioas);
            ErrnoException.check("VFIO_DEVICE_ATTACH_IOMMUFD_PT", vfio.ioctl(Vfio.DEVICE_ATTACH_IOMMUFD_PT, attach));
        }
    }

    void detach() throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            VfioDeviceDetachIommufdPt detach = VfioDeviceDetachIommufdPt.allocate(arena);
            ErrnoException.check("VFIO_DEVICE_DETACH_IOMMUFD_PT", vfio.ioctl(Vfio.DEVICE_DETACH_IOMMUFD_PT, detach));
        }
    }

    /**
     * What the kernel lets be mapped in an empty IOAS that this device alone is attached to.
     *
     * @param iommu the iommufd
     * @return the aperture of the device's IOMMU without the device's reserved regions
     * @throws ErrnoException if the kernel refuses; then the device may still be attached, and must be closed
     */
    IovaRanges alone(IommuFd iommu) throws ErrnoException {
        try (Scratch scratch = Scratch.allocate(iommu);
                Visit visit = Visit.begin(this, scratch)) {
            return visit.ranges(iommu);
        }
    }

    /** An attachment for the length of a block. */
    private record Visit(BoundDevice device, Scratch scratch) implements AutoCloseable {

        static Visit begin(BoundDevice device, Scratch scratch) throws ErrnoException {
            device.attach(scratch.ioas());
            return new Visit(device, scratch);
        }

        IovaRanges ranges(IommuFd iommu) throws ErrnoException {
            return iommu.iovaRanges(scratch.ioas());
        }

        @Override
        public void close() throws ErrnoException {
            device.detach();
        }
    }
}

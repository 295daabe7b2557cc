package org.pinion.backend.iommufd;

import org.pinion.api.DeviceLimits;
import org.pinion.api.HostDevice;
import org.pinion.device.cause.DeviceAccess;

/**
 * A device that a session has open.
 *
 * @param device which device it is
 * @param bound the device, bound to the session's iommufd
 * @param limits what it allows
 * @param pinsAside whether a page table of its IOMMU takes the usable addresses while no device is attached to it, so
 *     that pages can be kept pinned beside the session's IOAS
 */
record OpenDevice(HostDevice device, BoundDevice bound, DeviceLimits limits, boolean pinsAside) {

    /** {@return the device as its driver sees it} */
    DeviceAccess access() {
        return new DeviceAccess(device, bound.vfio());
    }
}

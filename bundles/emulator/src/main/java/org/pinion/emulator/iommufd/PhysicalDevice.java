package org.pinion.emulator.iommufd;

import org.pinion.emulator.host.HostDevice;

/** A device bound to an iommufd ({@code struct iommufd_device}). Guarded by the iommufd's lock. */
final class PhysicalDevice extends IommufdObject {

    private final HostDevice host;
    private final DeviceGroup group;

    PhysicalDevice(HostDevice host, DeviceGroup group) {
        this.host = host;
        this.group = group;
    }

    HostDevice host() {
        return host;
    }

    DeviceGroup group() {
        return group;
    }

    boolean attached() {
        return group.attached(this);
    }

    /** The page table that its DMA goes through, or null. */
    PageTable pageTable() {
        return attached() ? group.pageTable() : null;
    }
}

package org.pinion.device.cause;

import org.pinion.linux.ErrnoException;

/** Why a device's region was not read or written, in words: drivers/vfio/pci/vfio_pci_core.c. */
public final class RegionCauses {

    private RegionCauses() {}

    /**
     * @param failure the kernel's answer
     * @return the cause
     */
    public static Cause of(ErrnoException failure) {
        return switch (failure.errno()) {
            case EBADF -> new Cause("the device was detached", "attach it again");
            case EINVAL -> new Cause("the device has no such region", "0 to 5 are BARs, 7 is PCI configuration space");
            case EIO ->
                new Cause("the device does not answer: its memory is disabled or it is asleep",
                        "enable memory in its command register, or reset it");
            case ENODEV, ENXIO -> new Cause("the device is gone", "detach it");
            case EFAULT -> new Cause("the kernel cannot reach the buffer", "hand over memory that exists");
            default -> Cause.unknown(failure);
        };
    }

    /**
     * @param failure the kernel's answer to a mapping of a region
     * @return the cause
     */
    public static Cause ofMapping(ErrnoException failure) {
        return switch (failure.errno()) {
            case EINVAL ->
                new Cause("the device has no such region, or the kernel lets no process map that part of it",
                        "map what the region lists as mappable, in whole pages");
            case EBUSY -> new Cause("a driver of the host has the BAR", "unbind that driver");
            case ENOMEM, EAGAIN -> new Cause("the process has no room for it", "close other mappings");
            default -> of(failure);
        };
    }
}

package org.pinion.device.cause;

import org.pinion.linux.ErrnoException;

/** Why a device was not reset, in words: {@code vfio_pci_ioctl_reset} in drivers/vfio/pci/vfio_pci_core.c. */
public final class ResetCauses {

    private ResetCauses() {}

    /**
     * @param failure the kernel's answer
     * @return the cause
     */
    public static Cause of(ErrnoException failure) {
        return switch (failure.errno()) {
            case EINVAL, ENOTTY ->
                new Cause("the device has no reset of its own (neither FLR nor power state)", "detach and attach it");
            case EAGAIN, EBUSY -> new Cause("the device is being reset or in use elsewhere", "try again");
            case EBADF -> new Cause("the device was detached", "attach it again");
            case ENODEV -> new Cause("the device is gone", "detach it");
            default -> Cause.unknown(failure);
        };
    }
}

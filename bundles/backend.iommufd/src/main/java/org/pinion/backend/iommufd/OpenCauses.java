package org.pinion.backend.iommufd;

import org.pinion.device.cause.Cause;
import org.pinion.device.cause.FileCauses;
import org.pinion.linux.ErrnoException;

/** Why {@code /dev/iommu} or a device's cdev cannot be opened, in words. */
final class OpenCauses {

    private OpenCauses() {}

    /**
     * @param failure the answer to opening {@code /dev/iommu}, or to asking it for its first object
     * @return the cause
     */
    static Cause ofIommu(ErrnoException failure) {
        return switch (failure.errno()) {
            case ENOENT, ENXIO, ENODEV ->
                new Cause(
                        "there is no " + IommuFd.PATH + ": the kernel was built without CONFIG_IOMMUFD or its"
                                + " module is not loaded",
                        "modprobe iommufd, or boot a kernel that has it");
            case EACCES, EPERM -> FileCauses.mayNotOpenShared(IommuFd.PATH);
            case EMFILE, ENFILE -> FileCauses.tooMany();
            case ENOMEM -> FileCauses.noMemory();
            default -> Cause.unknown(failure);
        };
    }

    /**
     * @param cdev the device's character device
     * @param failure the answer to opening it
     * @return the cause
     */
    static Cause ofCdev(String cdev, ErrnoException failure) {
        return switch (failure.errno()) {
            case EACCES, EPERM -> FileCauses.mayNotOpen(cdev);
            case ENOENT ->
                new Cause(
                        cdev + " does not exist although the driver has registered it",
                        "mount devtmpfs at /dev, or pass " + cdev + " into the container");
            case ENODEV, ENXIO -> new Cause("the device is going away: its driver is being unbound", "bind it again");
            case EBUSY -> new Cause("the device is open through its VFIO group", "close the group's user");
            case EMFILE, ENFILE -> FileCauses.tooMany();
            default -> Cause.unknown(failure);
        };
    }
}

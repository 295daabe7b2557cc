package org.pinion.backend.vfio;

import org.pinion.device.cause.Cause;
import org.pinion.device.cause.FileCauses;
import org.pinion.linux.ErrnoException;

/** Why {@code /dev/vfio/vfio} or a group cannot be opened, in words. */
final class OpenCauses {

    private OpenCauses() {}

    /**
     * @param failure the answer to opening {@code /dev/vfio/vfio}, or to the first questions to it
     * @return the cause
     */
    static Cause ofContainer(ErrnoException failure) {
        return switch (failure.errno()) {
            case ENOENT, ENXIO, ENODEV ->
                new Cause(
                        "there is no " + Container.PATH + ": the kernel was built without CONFIG_VFIO_CONTAINER or its"
                                + " module is not loaded",
                        "modprobe vfio_iommu_type1, or boot a kernel that has it");
            case EACCES, EPERM -> FileCauses.mayNotOpenShared(Container.PATH);
            case EMFILE, ENFILE -> FileCauses.tooMany();
            case ENOMEM -> FileCauses.noMemory();
            default -> Cause.unknown(failure);
        };
    }

    /**
     * @param path the group's file
     * @param holders who has the group or a device of it open, in words; empty if nobody is seen
     * @param failure the answer to opening it
     * @return the cause
     */
    static Cause ofGroup(String path, String holders, ErrnoException failure) {
        return switch (failure.errno()) {
            case EACCES -> FileCauses.mayNotOpen(path);
            case EPERM ->
                new Cause(
                        "this process may not open " + path + ", or no IOMMU stands before the group",
                        "give the user the group: chown or a udev rule for " + path + "; enable the IOMMU in the"
                                + " firmware and on the kernel's command line (intel_iommu=on)");
            case ENOENT, ENXIO ->
                new Cause(
                        path + " does not exist although the driver has registered its device: the kernel was built"
                                + " without CONFIG_VFIO_GROUP, or /dev lacks it",
                        "use backend iommufd, or mount devtmpfs at /dev, or pass " + path + " into the container");
            case ENODEV -> new Cause("the group is going away: its driver is being unbound", "bind it again");
            case EBUSY ->
                new Cause(
                        path + " has one user at a time, and none while a device of the group is open through its"
                                + " character device; it is in use"
                                + (holders.isEmpty() ? "" : " by " + holders),
                        "stop that program, or detach the group's devices there");
            case EMFILE, ENFILE -> FileCauses.tooMany();
            case ENOMEM -> FileCauses.noMemory();
            default -> Cause.unknown(failure);
        };
    }
}

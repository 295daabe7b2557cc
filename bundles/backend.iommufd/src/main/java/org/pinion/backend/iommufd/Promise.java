package org.pinion.backend.iommufd;

import org.pinion.api.RangeSet;
import org.pinion.device.cause.Closing;
import org.pinion.linux.ErrnoException;

/**
 * Has the kernel keep to what a preflight learned. The plan relies on it, and another process or a hot-plug may have
 * changed it since. So the kernel promises first that all of it stays usable: a device that has come to reserve more is
 * then kept out by the kernel itself, instead of being taken out again after it was in.
 *
 * @param iommu the iommufd
 */
record Promise(IommuFd iommu) {

    /**
     * @param device the device that is to enter an IOAS
     * @param to the IOAS
     * @param step lets it in
     * @param undo takes it out again
     * @throws ErrnoException if the kernel refuses; the device is where it was, but for what the failure tells as
     *     suppressed
     */
    void kept(OpenDevice device, MappedIoas to, Closing.Step step, Closing.Step undo) throws ErrnoException {
        iommu.promise(to.id(), to.ranges().usable().intersect(device.limits().usable()));
        try {
            step.run();
        } catch (ErrnoException failure) {
            after(failure, () -> takeBack(to));
            throw failure;
        }
        try {
            takeBack(to);
        } catch (ErrnoException failure) {
            // With a promise that stays the next device might be kept out for nothing.
            after(failure, undo);
            throw failure;
        }
    }

    private void takeBack(MappedIoas to) throws ErrnoException {
        iommu.promise(to.id(), RangeSet.EMPTY);
    }

    private static void after(ErrnoException failure, Closing.Step step) {
        try {
            step.run();
        } catch (ErrnoException second) {
            failure.addSuppressed(second);
        }
    }
}

package org.example.vhostvdpa;

import org.pinion.api.AddressRange;
import org.pinion.api.IommuException;
import org.pinion.linux.ErrnoException;

/**
 * Why something failed, in words.
 *
 * @param why the cause, a sentence
 * @param remedy what an operator can do; empty if nothing
 */
record Cause(String why, String remedy) {

    IommuException failing(String operation, AddressRange range, ErrnoException failure) {
        return new IommuException(operation, failure.errno().name(), range, why, remedy, failure);
    }

    static Cause unknown(ErrnoException failure) {
        return new Cause("the kernel answered " + failure.getMessage(), "look into the kernel's log");
    }

    /** Why a device does not open or does not answer its first questions. */
    static Cause ofOpening(VdpaBus.Entry entry, ErrnoException failure) {
        String node = entry.node().orElse(VdpaBus.DRIVER);
        return switch (failure.errno()) {
            case EBUSY -> new Cause(
                    "another program, or another address space, has " + node + " open",
                    "find it: fuser -v " + node);
            case EACCES, EPERM -> new Cause(
                    "this user may not open " + node, "run as root, or add a udev rule for " + node);
            case ENOENT, ENXIO, ENODEV -> new Cause(
                    node + " is not there, though /sys shows the device", "mount -t devtmpfs dev /dev, or run udev");
            case EOPNOTSUPP -> new Cause(
                    "the IOMMU before the device does not keep DMA coherent with the processor's caches", "");
            case EMFILE, ENFILE -> new Cause("too many files are open", "raise the limit: ulimit -n");
            default -> unknown(failure);
        };
    }
}

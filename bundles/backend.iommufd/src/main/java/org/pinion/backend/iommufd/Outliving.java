package org.pinion.backend.iommufd;

import java.util.Set;
import org.pinion.api.IommuException;
import org.pinion.api.Route;
import org.pinion.device.Interrupts;
import org.pinion.device.cause.Cause;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;
import org.pinion.spi.backend.BackendCapabilities;

/**
 * What it takes that another process goes on with an iommufd: the kernel has to let it be charged for what is pinned,
 * and does so only if nothing but memory of files is mapped.
 */
final class Outliving {

    private Outliving() {}

    /** Asks the kernel whether it could, which changes nothing for the process that is charged already. */
    static void require(IommuFd iommu, String operation) throws IommuException {
        try {
            iommu.changeProcess();
        } catch (ErrnoException failure) {
            throw (failure.errno() == Errno.ENOTTY ? tooOld() : ofCharge(failure)).failing(operation, failure);
        }
    }

    static void changeProcess(IommuFd iommu, String operation) throws IommuException {
        require(iommu, operation + ": charge this process for pinned memory");
    }

    /** Drivers have ended with their process. */
    static void endDrivers(Iterable<OpenDevice> devices, String operation) throws IommuException {
        for (OpenDevice device : devices) {
            try {
                Interrupts.forbidAll(device.bound().vfio());
            } catch (ErrnoException failure) {
                throw Cause.unknown(failure).failing(operation, failure);
            }
        }
    }

    private static Cause tooOld() {
        return new Cause(
                "the kernel has no IOMMU_IOAS_CHANGE_PROCESS (Linux 6.14 and later), so that no other process could be"
                        + " charged for what this one has pinned",
                "boot a later kernel, or open an address space that ends with the process");
    }

    private static Cause ofCharge(ErrnoException failure) {
        return switch (failure.errno()) {
            case ENOMEM -> new Cause(
                    "the limit on locked memory (RLIMIT_MEMLOCK) is too low: the kernel charges this process before it"
                            + " takes the charge from the one that has ended, so a user is charged twice meanwhile",
                    "raise it to twice what is pinned (LimitMEMLOCK= of a unit, ulimit -l), or give CAP_IPC_LOCK");
            case EINVAL -> new Cause(
                    "something is mapped that is no memory file",
                    "close the address space: no process can be charged for it but the one that has mapped it");
            case EBUSY -> new Cause("somebody else is mapping into it", "try again: dma:adopt");
            default -> Cause.unknown(failure);
        };
    }

    static BackendCapabilities capabilities(long pageSize) {
        return new BackendCapabilities(
                Set.of(Route.FILE),
                pageSize,
                "the address space outlives the process, so that it takes memory files alone: other memory ends with"
                        + " the process, and with a dma-buf in it the kernel charges no other process"
                        + " (IOMMU_IOAS_CHANGE_PROCESS)",
                "the address space outlives the process, so that all devices stay together: a process that ended while"
                        + " one changes places would leave it where nobody knows");
    }

    static IommuException noTracking(String operation) {
        return new IommuException(
                operation,
                "the address space outlives the process, and a log of written pages does not",
                "open one that ends with the process");
    }
}

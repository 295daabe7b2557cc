package org.pinion.emulator.iommufd;

import org.pinion.emulator.memory.Pages;

/**
 * A mediated device bound to an iommufd ({@code struct iommufd_access}): its driver looks memory up by itself, so
 * that no IOMMU limits the address space. Guarded by the iommufd's lock.
 */
final class EmulatedAccess extends IommufdObject {

    private Ioas ioas;

    /** The address space it uses, or null. */
    Ioas ioas() {
        return ioas;
    }

    void ioas(Ioas used) {
        ioas = used;
    }

    /** The driver pins whole pages. */
    long bytes() {
        return Pages.SIZE;
    }
}

package org.pinion.emulator.iommufd;

import org.pinion.emulator.host.IommuGeometry;

/**
 * A hardware page table ({@code struct iommufd_hwpt_paging}): shows an address space to the devices attached to it. An
 * automatic one goes with its last device. Guarded by the iommufd's lock.
 */
final class PageTable extends IommufdObject {

    private final Ioas ioas;
    private final IommuGeometry geometry;
    private final boolean automatic;

    PageTable(Ioas ioas, IommuGeometry geometry, boolean automatic) {
        this.ioas = ioas;
        this.geometry = geometry;
        this.automatic = automatic;
    }

    Ioas ioas() {
        return ioas;
    }

    IommuGeometry geometry() {
        return geometry;
    }

    boolean automatic() {
        return automatic;
    }

    /** The smallest page, which what is mapped must be a multiple of. */
    long bytes() {
        return geometry.smallestPage();
    }
}

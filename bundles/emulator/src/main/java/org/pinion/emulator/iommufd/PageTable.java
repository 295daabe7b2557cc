package org.pinion.emulator.iommufd;

import java.util.Optional;
import org.pinion.emulator.host.IommuGeometry;
import org.pinion.emulator.host.IovaRange;
import org.pinion.linux.uapi.Iommufd;

/**
 * A hardware page table ({@code struct iommufd_hwpt_paging}): shows an address space to the devices attached to it. An
 * automatic one goes with its last device. Guarded by the iommufd's lock.
 */
sealed class PageTable extends IommufdObject permits NestedTable {

    /** Whose page tables these are: a device takes none of another driver. */
    enum Driver {
        HOST,
        MOCK
    }

    private final Ioas ioas;
    private final IommuGeometry geometry;
    private final TableRequest request;
    private final Driver driver;
    private final WrittenPages written;
    private IovaRange aperture;
    private Optional<FaultQueue> faults = Optional.empty();

    PageTable(Ioas ioas, IommuGeometry geometry, TableRequest request, Driver driver) {
        this.ioas = ioas;
        this.geometry = geometry;
        this.request = request;
        this.driver = driver;
        this.aperture = geometry.aperture();
        this.written = request.has(Iommufd.HWPT_ALLOC_DIRTY_TRACKING) ? new WrittenPages(ioas, geometry) : null;
    }

    final Ioas ioas() {
        return ioas;
    }

    final IommuGeometry geometry() {
        return geometry;
    }

    /** The addresses that it translates, as far as its driver knows them. */
    final IovaRange aperture() {
        return aperture;
    }

    /** The driver does not know the aperture until a device is attached; a domain's geometry is all zeroes at first. */
    final PageTable withoutAperture() {
        aperture = new IovaRange(0, 0);
        return this;
    }

    /** A device is attached: now the driver knows. */
    final void attached() {
        aperture = geometry.aperture();
    }

    final Driver driver() {
        return driver;
    }

    final boolean automatic() {
        return request.automatic();
    }

    /** Whether others can be made on top of it. */
    final boolean nestParent() {
        return request.has(Iommufd.HWPT_ALLOC_NEST_PARENT);
    }

    /** Whether it can be used where PASIDs are. */
    final boolean forPasids() {
        return request.has(Iommufd.HWPT_ALLOC_PASID);
    }

    /** Which pages devices wrote; null if it cannot tell. */
    final WrittenPages written() {
        return written;
    }

    /** Where page faults of its devices go; empty if nobody wants them. */
    final Optional<FaultQueue> faults() {
        return faults;
    }

    final void faults(FaultQueue queue) {
        queue.use();
        faults = Optional.of(queue);
    }

    /** The smallest page, which what is mapped must be a multiple of. */
    final long bytes() {
        return geometry.smallestPage();
    }

    /** Gives back what it shows; it has no id any more. */
    @Override
    void destroyed() {
        faults.ifPresent(FaultQueue::release);
        ioas.removeDomain(this);
        ioas.release();
    }
}

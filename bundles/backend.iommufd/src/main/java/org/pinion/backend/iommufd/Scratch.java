package org.pinion.backend.iommufd;

import org.pinion.api.RangeSet;
import org.pinion.linux.ErrnoException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An IOAS that lives for the length of a block, with nothing to do with the one that devices use. Destroying an IOAS
 * removes what is mapped in it; one that the kernel does not destroy is emptied, and tried again before the next change
 * of the session.
 */
final class Scratch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Scratch.class);

    // The ids of an iommufd's objects begin at 1.
    private static final int NONE = 0;

    private final IommuFd iommu;
    private final int ioas;
    private int pageTable = NONE;

    private Scratch(IommuFd iommu, int ioas) {
        this.iommu = iommu;
        this.ioas = ioas;
    }

    static Scratch allocate(IommuFd iommu) throws ErrnoException {
        return new Scratch(iommu, iommu.allocateIoas());
    }

    /**
     * Whether pages can be kept pinned in an IOAS with a page table that no device is attached to. An IOMMU's driver
     * may know the page table's aperture only when a device is attached, and until then the IOAS takes nothing: so does
     * viommu_domain_alloc in drivers/iommu/virtio-iommu.c up to Linux 6.12.
     *
     * @param iommu the iommufd
     * @param device the id of a bound device behind an IOMMU
     * @param addresses what is to be mapped
     * @return whether such an IOAS takes all of it
     * @throws ErrnoException if the kernel does not tell
     */
    static boolean pins(IommuFd iommu, int device, RangeSet addresses) throws ErrnoException {
        try (Scratch scratch = allocate(iommu)) {
            return scratch.takesFor(device, addresses);
        }
    }

    private boolean takesFor(int device, RangeSet addresses) throws ErrnoException {
        try {
            pinAsFor(device);
        } catch (ErrnoException refused) {
            return switch (refused.errno()) {
                // The driver, or the kernel, makes page tables for attached devices alone.
                case EINVAL, EOPNOTSUPP, ENOTTY -> false;
                default -> throw refused;
            };
        }
        return addresses.minus(iommu.iovaRanges(ioas).usable()).isEmpty();
    }

    /**
     * Has a page table that the kernel did not destroy, and that no device uses any more, tried again like a scratch:
     * as long as it is there it keeps pages pinned, and addresses beyond its aperture from being mapped.
     *
     * @param iommu the iommufd
     * @param pageTable its id
     */
    static void leave(IommuFd iommu, int pageTable) {
        iommu.leave(adopt(iommu, NONE, pageTable));
    }

    /** Goes on with one that was left behind. */
    static Scratch adopt(IommuFd iommu, int ioas, int pageTable) {
        Scratch scratch = new Scratch(iommu, ioas);
        scratch.pageTable = pageTable;
        return scratch;
    }

    int ioas() {
        return ioas;
    }

    int pageTable() {
        return pageTable;
    }

    /**
     * Has the kernel pin what is mapped here from now on. It does so only for an IOAS with a page table (pages.c,
     * {@code iopt_area_fill_domains}).
     *
     * @param device the id of a bound device behind an IOMMU
     * @throws ErrnoException if the kernel refuses
     */
    void pinAsFor(int device) throws ErrnoException {
        pageTable = iommu.allocatePageTable(ioas, device);
    }

    @Override
    public void close() throws ErrnoException {
        try {
            destroy();
        } catch (ErrnoException failure) {
            empty(failure);
            iommu.leave(this);
            throw failure;
        }
    }

    /** Tries again what {@link #close} could not do; says whether it is done. */
    boolean gone() {
        try {
            destroy();
            return true;
        } catch (ErrnoException stillThere) {
            empty(stillThere);
            LOG.debug("an address space or page table that nothing uses stays for now: {}", stillThere.getMessage());
            return false;
        }
    }

    private void destroy() throws ErrnoException {
        if (pageTable != NONE) {
            iommu.destroy(pageTable);
            pageTable = NONE;
        }
        if (ioas != NONE) {
            iommu.destroy(ioas);
        }
    }

    /** What cannot be destroyed shall at least pin nothing. */
    private void empty(ErrnoException failure) {
        if (ioas == NONE) {
            return;
        }
        try {
            iommu.unmapAll(ioas);
        } catch (ErrnoException second) {
            failure.addSuppressed(second);
        }
    }
}

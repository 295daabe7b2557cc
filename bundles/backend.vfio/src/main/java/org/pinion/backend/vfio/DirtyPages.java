package org.pinion.backend.vfio;

import java.util.Collection;
import org.pinion.api.AddressRange;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.linux.ErrnoException;

/**
 * Which pages devices wrote, as a container tells it ({@code VFIO_IOMMU_DIRTY_PAGES}): all that a device behind an
 * IOMMU can write counts as written, and what an mdev's driver wrote. The kernel tells whole mappings only, and forgets
 * what it knows of a mapping that is removed; what was told too much or too early is kept here until it is asked for.
 */
final class DirtyPages {

    private final Container container;
    private RangeSet pending = RangeSet.EMPTY;
    private boolean tracking;

    DirtyPages(Container container) {
        this.container = container;
    }

    boolean tracking() {
        return tracking;
    }

    /** {@return what was written and not yet asked for} */
    RangeSet pending() {
        return pending;
    }

    /** Goes on from what another object knew. */
    void goOnFrom(boolean wasTracking, RangeSet written) {
        tracking = wasTracking;
        pending = written;
    }

    /**
     * Begins.
     *
     * @param iommuSet whether the container has an IOMMU that can be told to; else it is told when it has one
     * @throws ErrnoException if the kernel refuses; nothing is tracked
     */
    void start(boolean iommuSet) throws ErrnoException {
        if (iommuSet) {
            container.startTracking();
        }
        pending = RangeSet.EMPTY;
        tracking = true;
    }

    /** The container has got an IOMMU, which knows nothing of what was asked of the one before. */
    void iommuSet() throws ErrnoException {
        if (tracking) {
            container.startTracking();
        }
    }

    /**
     * Removes a mapping from the kernel, and keeps what the kernel tells of it.
     *
     * @param range the mapping
     * @param recorded what is recorded there
     * @return bytes that were mapped there and are not any more
     */
    long unmap(AddressRange range, Collection<Mapping> recorded) throws ErrnoException {
        if (!tracking) {
            return container.unmap(range);
        }
        Container.Unmapped unmapped = container.unmapAndTell(range, page());
        recorded.forEach(mapping -> keep(mapping, unmapped.written()));
        return unmapped.bytes();
    }

    /**
     * Takes in what the kernel knows, before it forgets it or since it is asked for.
     *
     * @param held mappings that the kernel holds
     * @throws ErrnoException if the kernel does not tell; what it told before is kept
     */
    void collect(Collection<Mapping> held) throws ErrnoException {
        if (!tracking) {
            return;
        }
        for (Mapping mapping : held) {
            if (mapping.access().writable()) {
                keep(mapping, container.written(mapping.range(), page()));
            }
        }
    }

    /** The kernel counts what is pinned as written even where no device may write. */
    private void keep(Mapping mapping, RangeSet written) {
        if (mapping.access().writable()) {
            pending = pending.union(written.intersect(mapping.range()));
        }
    }

    /** The groups that are in decide which pages the kernel has bits for. */
    private long page() throws ErrnoException {
        return Long.lowestOneBit(container.info().pageSizes());
    }

    /** {@return what was taken in of a range, which is forgotten} */
    RangeSet take(AddressRange range) {
        RangeSet taken = pending.intersect(range);
        pending = pending.minus(taken);
        return taken;
    }

    /**
     * Ends.
     *
     * @param iommuSet whether the container has an IOMMU
     * @throws ErrnoException if the kernel refuses; nothing is tracked all the same
     */
    void stop(boolean iommuSet) throws ErrnoException {
        boolean told = tracking && iommuSet;
        tracking = false;
        pending = RangeSet.EMPTY;
        if (told) {
            container.stopTracking();
        }
    }
}

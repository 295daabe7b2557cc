package org.pinion.emulator.iommufd;

import java.util.Arrays;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/**
 * A mock device's page table on top of another one ({@code struct iommufd_hwpt_nested}): it has nothing but a cache of
 * translations, which is there to be looked at. Guarded by the iommufd's lock.
 */
final class NestedTable extends PageTable {

    private static final int CACHED = 4;

    private final IommufdObject below;
    private final int[] cache = new int[CACHED];

    /**
     * @param parent the page table that it is on top of
     * @param below what is needed as long as it is there: the parent, or a guest's IOMMU
     * @param request how it is wanted
     * @param cached what its cache holds
     */
    NestedTable(PageTable parent, IommufdObject below, TableRequest request, int cached) {
        super(parent.ioas(), parent.geometry(), request, parent.driver());
        this.below = below;
        Arrays.fill(cache, cached);
        below.use();
    }

    /** Whether it is a guest's. */
    boolean ofGuest() {
        return below instanceof VirtualIommu;
    }

    /** EINVAL if there is no such entry. */
    int cached(int entry) throws SyscallException {
        requireEntry(entry);
        return cache[entry];
    }

    /** EINVAL if there is no such entry. */
    void invalidate(int entry) throws SyscallException {
        requireEntry(entry);
        cache[entry] = 0;
    }

    void invalidateAll() {
        Arrays.fill(cache, 0);
    }

    private static void requireEntry(int entry) throws SyscallException {
        SyscallException.require(Integer.compareUnsigned(entry, CACHED) < 0, Errno.EINVAL);
    }

    @Override
    void destroyed() {
        faults().ifPresent(FaultQueue::release);
        below.release();
    }
}

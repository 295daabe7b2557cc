package org.pinion.backend.iommufd;

import java.util.Set;
import java.util.TreeSet;
import org.pinion.linux.ErrnoException;

/**
 * Objects of an iommufd that no record knows, since the process that made them has ended before it could say so:
 * scratch IOASes and page tables of a change that was under way, which keep pages pinned. The kernel gives objects the
 * lowest free number, so that they are found by trying.
 */
final class Strays {

    /** A change that is under way has made a few objects at most, and numbers are used again. */
    private static final int BEYOND = 32;

    private Strays() {}

    /** The kernel does not destroy what is in use, so what a device depends on stays. */
    static void destroy(IommufdSession session) {
        Set<Integer> known = known(session);
        int last = known.stream().max(Integer::compare).orElseThrow() + BEYOND;
        // A page table keeps the IOAS that it is of, and may have the higher number: so all is tried twice.
        for (int round = 0; round < 2; round++) {
            for (int id = 1; id <= last; id++) {
                if (!known.contains(id)) {
                    destroy(session.iommu, id);
                }
            }
        }
    }

    private static Set<Integer> known(IommufdSession session) {
        Set<Integer> known = new TreeSet<>();
        known.add(session.mapped.id());
        session.devices.open().forEach(device -> known.add(device.bound().id()));
        session.pageTables.tables().forEach(table -> known.add(table.id()));
        session.apart.all().forEach(apart -> known.add(apart.ioas().id()));
        session.iommu.left().forEach(scratch -> {
            known.add(scratch.ioas());
            known.add(scratch.pageTable());
        });
        return known;
    }

    private static void destroy(IommuFd iommu, int id) {
        try {
            iommu.destroy(id);
        } catch (ErrnoException absentOrInUse) {
            // Nothing was left there, which is what is wanted, or something that is in use.
            return;
        }
    }
}

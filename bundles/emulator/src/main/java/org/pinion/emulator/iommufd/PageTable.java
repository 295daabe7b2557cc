package org.pinion.emulator.iommufd;

import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.pinion.emulator.host.IommuGeometry;

/**
 * A hardware page table ({@code struct iommufd_hwpt_paging}): shows an address space to the devices attached to it. An
 * automatic one goes with its last device. One that was asked to be able to remembers which pages devices wrote.
 * Guarded by the iommufd's lock.
 */
final class PageTable extends IommufdObject {

    private final Ioas ioas;
    private final IommuGeometry geometry;
    private final boolean automatic;
    private final boolean tellsDirty;
    private final TreeSet<Long> dirty = new TreeSet<>(Long::compareUnsigned);
    private boolean tracking;

    PageTable(Ioas ioas, IommuGeometry geometry, boolean automatic) {
        this(ioas, geometry, automatic, false);
    }

    PageTable(Ioas ioas, IommuGeometry geometry, boolean automatic, boolean tellsDirty) {
        this.ioas = ioas;
        this.geometry = geometry;
        this.automatic = automatic;
        this.tellsDirty = tellsDirty;
    }

    /** Whether it was made to tell which pages were written. */
    boolean tellsDirty() {
        return tellsDirty;
    }

    boolean tracking() {
        return tracking;
    }

    /** Begins anew, or ends. */
    void track(boolean enable) {
        if (enable) {
            dirty.clear();
        }
        tracking = enable;
    }

    /** A device wrote these addresses. */
    void written(long start, long last) {
        if (tracking) {
            long mask = -bytes();
            for (long page = start & mask; page != (last & mask); page += bytes()) {
                dirty.add(page);
            }
            dirty.add(last & mask);
        }
    }

    /** The pages that were written in a range, by their first addresses; forgotten if so wished. */
    List<Long> written(long start, long last, boolean forget) {
        NavigableSet<Long> inside = dirty.subSet(start, true, last, true);
        List<Long> told = List.copyOf(inside);
        if (forget) {
            inside.clear();
        }
        return told;
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

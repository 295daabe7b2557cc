package org.pinion.backend.iommufd;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.pinion.api.AddressRange;
import org.pinion.api.IommuFacts.DirtyPages;
import org.pinion.api.RangeSet;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The page tables by which devices use the session's IOAS. A device whose IOMMU can tell which pages were written gets
 * one that does ({@code IOMMU_HWPT_ALLOC_DIRTY_TRACKING}), shared with the devices that fit; the kernel makes those of
 * the others itself. What was written is kept here from when the kernel tells it, or forgets it, until it is asked for.
 */
final class PageTables {

    private static final Logger LOG = LoggerFactory.getLogger(PageTables.class);

    /** 2 MiB of bits for pages of 4 KiB. */
    private static final long BYTES_AT_ONCE = 1L << 36;

    private final IommuFd iommu;
    private final MappedIoas target;
    private final List<Table> tables = new ArrayList<>();
    private RangeSet pending = RangeSet.EMPTY;
    private boolean tracking;

    /** A page table of an IOAS that can tell, and the devices that use it. */
    record Table(int id, MappedIoas in, Set<String> devices) {}

    PageTables(IommuFd iommu, MappedIoas target) {
        this.iommu = iommu;
        this.target = target;
    }

    static boolean tells(OpenDevice device) {
        return device.limits().iommu().dirtyPages() == DirtyPages.EXACT;
    }

    boolean tracking() {
        return tracking;
    }

    List<Table> tables() {
        return tables;
    }

    /** {@return what was written and not yet asked for} */
    RangeSet pending() {
        return pending;
    }

    /** Goes on from what another object knew. */
    void goOnFrom(List<Table> known, boolean wasTracking, RangeSet written) {
        tables.addAll(known);
        tracking = wasTracking;
        pending = written;
    }

    /** Attaches a bound device to an IOAS. If the kernel refuses, no page table is left of it. */
    void attach(OpenDevice device, MappedIoas in) throws ErrnoException {
        if (!tells(device)) {
            device.bound().attach(in.id());
            return;
        }
        for (Table table : tables) {
            if (table.in == in && fits(device, table)) {
                table.devices.add(device.device().address());
                return;
            }
        }
        attachToNew(device, in);
    }

    /**
     * Moves devices that are attached to another IOAS, in one step: to attach one of a group again is to put another
     * page table in place of the group's.
     *
     * @param group all attached devices of an IOMMU group
     * @param to the IOAS
     * @throws ErrnoException if the kernel refuses; all are where they were
     */
    void move(List<OpenDevice> group, MappedIoas to) throws ErrnoException {
        List<String> addresses =
                group.stream().map(device -> device.device().address()).toList();
        List<Table> before = tables.stream()
                .filter(table -> table.devices.containsAll(addresses))
                .toList();
        attach(group.getFirst(), to);
        tables.stream()
                .filter(table -> table.in == to && table.devices.contains(addresses.getFirst()))
                .forEach(table -> table.devices.addAll(addresses));
        before.forEach(table -> table.devices.removeAll(addresses));
        tables.removeIf(table -> table.devices.isEmpty() && gone(table));
    }

    /** As in the kernel's own choice among page tables, only EINVAL means that a device does not fit. */
    private static boolean fits(OpenDevice device, Table table) throws ErrnoException {
        try {
            device.bound().attach(table.id);
            return true;
        } catch (ErrnoException failure) {
            if (failure.errno() == Errno.EINVAL) {
                return false;
            }
            throw failure;
        }
    }

    private void attachToNew(OpenDevice device, MappedIoas in) throws ErrnoException {
        int id = iommu.allocateTrackingPageTable(in.id(), device.bound().id());
        try {
            if (tracking) {
                iommu.track(id, true);
            }
            device.bound().attach(id);
        } catch (ErrnoException failure) {
            destroyAfter(id, failure);
            throw failure;
        }
        tables.add(new Table(id, in, new TreeSet<>(Set.of(device.device().address()))));
    }

    private void destroyAfter(int id, ErrnoException failure) {
        try {
            iommu.destroy(id);
        } catch (ErrnoException second) {
            failure.addSuppressed(second);
            Scratch.leave(iommu, id);
        }
    }

    /** Detaches a device. The page table that it leaves without one goes too, after it has told for the last time. */
    void detach(OpenDevice device) throws ErrnoException {
        device.bound().detach();
        tables.removeIf(table -> table.devices.remove(device.device().address())
                && table.devices.isEmpty()
                && gone(table));
    }

    private boolean gone(Table table) {
        try {
            if (tracking) {
                collect(table, table.in.writable());
            }
        } catch (ErrnoException untold) {
            LOG.warn("what a detached device wrote is not known, so all counts as written: {}", untold.getMessage());
            pending = pending.union(target.writable());
        }
        try {
            iommu.destroy(table.id);
        } catch (ErrnoException stays) {
            LOG.warn("a page table without devices stays until the next change: {}", stays.getMessage());
            Scratch.leave(iommu, table.id);
        }
        return true;
    }

    /**
     * Begins to track; devices that cannot tell must not be attached.
     *
     * @throws ErrnoException if the kernel refuses; nothing is tracked
     */
    void start() throws ErrnoException {
        pending = RangeSet.EMPTY;
        tracking = true;
        try {
            for (Table table : tables) {
                iommu.track(table.id, true);
            }
        } catch (ErrnoException failure) {
            try {
                stop();
            } catch (ErrnoException second) {
                failure.addSuppressed(second);
            }
            throw failure;
        }
    }

    /**
     * Ends the tracking.
     *
     * @throws ErrnoException if a page table does not end it; the others do
     */
    void stop() throws ErrnoException {
        boolean wasTracking = tracking;
        tracking = false;
        pending = RangeSet.EMPTY;
        ErrnoException first = null;
        for (Table table : wasTracking ? tables : List.<Table>of()) {
            try {
                iommu.track(table.id, false);
            } catch (ErrnoException failure) {
                first = first == null ? failure : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /**
     * What is about to be removed, or put into other page table entries, counts as written: a device may write between
     * the last question and the removal, and the kernel forgets that.
     */
    void changing(AddressRange range) {
        if (tracking) {
            pending = pending.union(target.writable().intersect(range));
        }
    }

    /**
     * @param range the addresses
     * @return which pages of it were written since they were told last
     * @throws ErrnoException if the kernel does not tell; what it told before is kept
     */
    RangeSet take(AddressRange range) throws ErrnoException {
        for (Table table : tables) {
            collect(table, table.in.writable().intersect(range));
        }
        RangeSet taken = pending.intersect(range);
        pending = pending.minus(taken);
        return taken;
    }

    private void collect(Table table, RangeSet mapped) throws ErrnoException {
        long page = target.pageSize();
        for (AddressRange run : mapped) {
            for (long at = run.start(); ; at += BYTES_AT_ONCE) {
                boolean last = Long.compareUnsigned(run.last() - at, BYTES_AT_ONCE) < 0;
                AddressRange part = new AddressRange(at, last ? run.last() : at + (BYTES_AT_ONCE - 1));
                pending = pending.union(iommu.written(table.id, part, page));
                if (last) {
                    break;
                }
            }
        }
    }
}

package org.pinion.core.space;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.pinion.api.AddressRange;
import org.pinion.api.Budget;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.core.table.ChangeSet;
import org.pinion.core.table.Held;

/**
 * What a change asks of the limits that a process is held to. Device memory has no pages that could be charged.
 *
 * @param unpinned bytes that are unpinned first
 * @param newlyPinned bytes that are pinned then
 * @param entries mappings that there are in addition, less than 0 if there are fewer
 */
record PinDemand(long unpinned, long newlyPinned, long entries) {

    /**
     * @param changes the change
     * @param held what is mapped before it
     * @param before at which addresses the kernel pins what is mapped before the change, for each that it pins for
     * @param after at which it does after it
     * @param keeps whether what stays of an entry that is cut remains pinned; else it is pinned anew
     */
    static PinDemand of(
            ChangeSet changes, Held held, Map<String, RangeSet> before, Map<String, RangeSet> after, boolean keeps) {
        PinDemand all = new PinDemand(0, 0, changes.entries());
        Set<String> pinning = new TreeSet<>(before.keySet());
        pinning.addAll(after.keySet());
        for (String each : pinning) {
            all = all.plus(of(
                    changes,
                    held,
                    before.getOrDefault(each, RangeSet.EMPTY),
                    after.getOrDefault(each, RangeSet.EMPTY),
                    keeps));
        }
        return all;
    }

    private static PinDemand of(ChangeSet changes, Held held, RangeSet before, RangeSet after, boolean keeps) {
        long again = keeps ? 0 : bytes(changes.left(), before.intersect(after));
        long left = stays(changes, held, before.minus(after));
        long entered = stays(changes, held, after.minus(before));
        return new PinDemand(
                bytes(changes.gone(), before) + left + again,
                bytes(changes.maps(), after) + entered + again,
                changes.entries());
    }

    /** The same change, pinned for both: its entries count once. */
    private PinDemand plus(PinDemand other) {
        return new PinDemand(unpinned + other.unpinned, newlyPinned + other.newlyPinned, entries);
    }

    /** Bytes at some addresses that are mapped before and after. */
    private static long stays(ChangeSet changes, Held held, RangeSet where) {
        if (where.isEmpty()) {
            return 0;
        }
        long all = where.equals(RangeSet.ALL) ? held.pinnableBytes() : bytes(held.in(AddressRange.ALL), where);
        return all - bytes(changes.gone(), where);
    }

    private static long bytes(List<Mapping> mappings, RangeSet where) {
        long bytes = 0;
        for (Mapping mapping : where.isEmpty() ? List.<Mapping>of() : mappings) {
            bytes += where.contains(mapping.range())
                    ? Held.pinnableBytes(mapping)
                    : within(mapping, where);
        }
        return bytes;
    }

    private static long within(Mapping mapping, RangeSet where) {
        return where.intersect(mapping.range()).ranges().stream()
                .mapToLong(part -> Held.pinnableBytes(mapping.slice(part)))
                .sum();
    }

    /** {@return bytes that are pinned after the change and not before it; negative if there will be fewer} */
    long more() {
        return newlyPinned - unpinned;
    }

    /** Throws if it does not fit: before the first call, so that nothing has to be undone. */
    void require(String operation, Budget budget) throws IommuException {
        if (!budget.takes(entries)) {
            throw new IommuException(
                    operation,
                    "more mappings are needed than the kernel takes in this address space: %d in addition, and there"
                            .formatted(entries) + " is room for " + budget.entries().getAsLong(),
                    "show the same memory in fewer, larger sections, or raise the limit (for a container: parameter"
                            + " dma_entry_limit of module vfio_iommu_type1) and open the address space anew");
        }
        long more = more();
        if (budget.raiseFor(more).isPresent()) {
            long needed = budget.raiseFor(more).getAsLong();
            throw new IommuException(
                    operation,
                    "0x%x more bytes are to be pinned, and the limit on locked memory leaves 0x%x of 0x%x"
                            .formatted(more, budget.pinnable().getAsLong(), budget.memlock().getAsLong()),
                    "raise the limit to 0x%x bytes or more: ulimit -l %d, LimitMEMLOCK=%d, or give the process"
                            .formatted(needed, (needed + 1023) / 1024, needed) + " CAP_IPC_LOCK");
        }
    }
}

package org.pinion.core.space;

import java.util.List;
import org.pinion.api.Budget;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
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
     * @param before how many times the kernel pins what is mapped before the change
     * @param after how many times it does after it
     * @param keeps whether what stays of an entry that is cut remains pinned; else it is pinned anew
     */
    static PinDemand of(ChangeSet changes, Held held, int before, int after, boolean keeps) {
        long again = keeps ? 0 : bytes(changes.left());
        long gone = bytes(changes.gone());
        long unpinned = before * (gone + again);
        if (after == 0) {
            return new PinDemand(unpinned, 0, changes.entries());
        }
        long kept = held.pinnableBytes() - gone;
        long more = after * bytes(changes.maps())
                + Math.min(before, after) * again
                + Math.max(0, after - before) * kept;
        return new PinDemand(unpinned, more, changes.entries());
    }

    private static long bytes(List<Mapping> mappings) {
        long bytes = 0;
        for (Mapping mapping : mappings) {
            bytes += Held.pinnableBytes(mapping);
        }
        return bytes;
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

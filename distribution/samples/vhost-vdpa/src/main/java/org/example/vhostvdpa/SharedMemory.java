package org.example.vhostvdpa;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.pinion.api.AddressRange;
import org.pinion.linux.Kernel;
import org.pinion.linux.procfs.MemoryArea;
import org.pinion.linux.procfs.MemoryAreaQuery;
import org.pinion.linux.procfs.ProcessMemory;

/**
 * Knows which memory of this process a device takes. To read all areas costs much; to confirm one that was read before
 * costs little, so that they are read again only if one is not what it was.
 */
final class SharedMemory implements AutoCloseable {

    private final ProcessMemory memory;
    private final MemoryAreaQuery query;
    private List<MemoryArea> areas = List.of();

    SharedMemory(Kernel kernel) {
        this.memory = new ProcessMemory(kernel);
        this.query = new MemoryAreaQuery(kernel);
    }

    /**
     * Why a device that works by address does not reach memory. The kernel does not say so: it leaves out what is not
     * a shared mapping of a file.
     *
     * @param user addresses of this process
     * @param written whether the device may write there
     * @return half a sentence; empty if it does
     */
    Optional<String> obstacle(AddressRange user, boolean written) {
        try {
            if (!areConfirmed(user)) {
                areas = memory.areas();
            }
            return firstObstacle(areas, user, written, true);
        } catch (IOException unreadable) {
            return Optional.of("it is not known what it is (" + unreadable.getMessage() + ")");
        }
    }

    /** Why the kernel does not pin memory, found out after it did not; empty if nothing is seen. */
    Optional<String> unpinnable(AddressRange user, boolean written) {
        try {
            return firstObstacle(memory.areas(), user, written, false);
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    private boolean areConfirmed(AddressRange user) {
        List<MemoryArea> touched = areas.stream().filter(area -> range(area).overlaps(user)).toList();
        return !touched.isEmpty() && touched.stream().allMatch(query::confirms);
    }

    private static AddressRange range(MemoryArea area) {
        return new AddressRange(area.start(), area.last());
    }

    private static Optional<String> firstObstacle(
            List<MemoryArea> areas, AddressRange user, boolean written, boolean byAddress) {
        long next = user.start();
        for (MemoryArea area : areas) {
            if (!range(area).contains(next)) {
                continue;
            }
            Optional<String> wrong = wrong(area, written, byAddress);
            if (wrong.isPresent() || Long.compareUnsigned(area.last(), user.last()) >= 0) {
                return wrong;
            }
            next = area.last() + 1;
        }
        return Optional.of("nothing is mapped at 0x%x in this process".formatted(next));
    }

    private static Optional<String> wrong(MemoryArea area, boolean written, boolean byAddress) {
        if (area.vmFlags().contains("io") || area.vmFlags().contains("pf")) {
            return Optional.of(area + " is a device's memory (a BAR), which has no pages");
        }
        if (!area.readable() || written && !area.writable()) {
            return Optional.of(area + " may not be " + (area.readable() ? "written" : "read"));
        }
        return byAddress && !(area.shared() && area.inode() != 0)
                ? Optional.of(area + " is no shared mapping of a file")
                : Optional.empty();
    }

    @Override
    public void close() {
        query.close();
    }
}

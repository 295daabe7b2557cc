package org.example.vhostvdpa;

import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
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

    private final Kernel kernel;
    private final ProcessMemory memory;
    private final NavigableMap<Long, MemoryArea> areas = new TreeMap<>(Long::compareUnsigned);

    /** An open file: none before there is something to confirm. */
    private MemoryAreaQuery query;

    SharedMemory(Kernel kernel) {
        this.kernel = kernel;
        this.memory = new ProcessMemory(kernel);
    }

    /**
     * Why a device that works by address does not reach memory. The kernel does not say so: it leaves out what is not
     * a shared mapping of a file.
     *
     * @param entries what is to be mapped
     * @return the first entry that it does not reach, and why; empty if it reaches all
     */
    Optional<Obstacle> obstacle(Collection<Iotlb.Entry> entries) {
        try {
            if (!entries.stream().allMatch(entry -> isConfirmed(entry.user()))) {
                read();
            }
            return entries.stream()
                    .flatMap(entry -> firstObstacle(entry, true).map(words -> new Obstacle(entry, words)).stream())
                    .findFirst();
        } catch (IOException unreadable) {
            return entries.stream().findFirst().map(entry ->
                    new Obstacle(entry, "it is not known what it is (" + unreadable.getMessage() + ")"));
        }
    }

    /**
     * What is not reached.
     *
     * @param entry what was to be mapped
     * @param why half a sentence
     */
    record Obstacle(Iotlb.Entry entry, String why) {}

    /** Why the kernel does not pin memory, found out after it did not; empty if nothing is seen. */
    Optional<String> unpinnable(Iotlb.Entry entry) {
        try {
            read();
            return firstObstacle(entry, false);
        } catch (IOException unreadable) {
            return Optional.of("it is not known what it is (" + unreadable.getMessage() + ")");
        }
    }

    private void read() throws IOException {
        query = query == null ? new MemoryAreaQuery(kernel) : query;
        areas.clear();
        memory.areas().forEach(area -> areas.put(area.start(), area));
    }

    /** Whether the memory that was looked at last is as it was. */
    private boolean isConfirmed(AddressRange user) {
        Map.Entry<Long, MemoryArea> area = areas.floorEntry(user.start());
        return area != null && range(area.getValue()).contains(user) && query.confirms(area.getValue());
    }

    private static AddressRange range(MemoryArea area) {
        return new AddressRange(area.start(), area.last());
    }

    private Optional<String> firstObstacle(Iotlb.Entry entry, boolean byAddress) {
        AddressRange user = entry.user();
        long next = user.start();
        while (true) {
            Map.Entry<Long, MemoryArea> found = areas.floorEntry(next);
            if (found == null || !range(found.getValue()).contains(next)) {
                return Optional.of("nothing is mapped at 0x%x in this process".formatted(next));
            }
            MemoryArea area = found.getValue();
            Optional<String> wrong = wrong(area, entry.access().writable(), byAddress);
            if (wrong.isPresent() || Long.compareUnsigned(area.last(), user.last()) >= 0) {
                return wrong;
            }
            next = area.last() + 1;
        }
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
        if (query != null) {
            query.close();
        }
    }
}

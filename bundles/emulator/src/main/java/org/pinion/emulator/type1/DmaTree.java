package org.pinion.emulator.type1;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The mappings of a container, ordered by unsigned address. They never overlap, but for those that some kernels do not
 * find again.
 */
final class DmaTree {

    private static final long LAST_OF_ALL = -1L;

    private final TreeMap<Long, DmaMapping> mappings = new TreeMap<>(Long::compareUnsigned);
    private final boolean reachesTheEnd;
    private boolean endIsRoot;

    /**
     * @param reachesTheEnd whether what ends with the last of all addresses is found, and whether anything is found in
     *     a range that ends there
     */
    DmaTree(boolean reachesTheEnd) {
        this.reachesTheEnd = reachesTheEnd;
    }

    void add(DmaMapping mapping) {
        mappings.put(mapping.start(), mapping);
        endIsRoot = isFound(mapping) ? endIsRoot && mappings.size() == 2 : mappings.size() == 1;
    }

    void remove(DmaMapping mapping) {
        mappings.remove(mapping.start());
        // Of three the middle one is the root, and the one after it takes its place.
        boolean above = switch (mappings.size()) {
            case 1 -> true;
            case 2 -> Long.compareUnsigned(mappings.firstKey(), mapping.start()) < 0;
            default -> false;
        };
        endIsRoot = above && !isFound(mappings.lastEntry().getValue());
    }

    int count() {
        return mappings.size();
    }

    List<DmaMapping> all() {
        return List.copyOf(mappings.values());
    }

    /**
     * What is found by looking for the first of all mappings, and for one after the other from there: nothing if the
     * root of the kernel's tree is one that is not found, since what comes before it is not looked at then
     * ({@code vfio_find_dma_first_node} in drivers/vfio/vfio_iommu_type1.c).
     */
    List<DmaMapping> allFromTheFirst() {
        return endIsRoot ? List.of() : all();
    }

    /** The mapping that an address lies in, or null. */
    DmaMapping at(long iova) {
        Map.Entry<Long, DmaMapping> below = mappings.floorEntry(iova);
        boolean within = below != null && Long.compareUnsigned(iova, below.getValue().last()) <= 0;
        return within && isFound(below.getValue()) ? below.getValue() : null;
    }

    private boolean isFound(DmaMapping mapping) {
        return reachesTheEnd || mapping.last() != LAST_OF_ALL;
    }

    /** The mappings that touch a range, lowest first. */
    List<DmaMapping> in(long start, long last) {
        if (!reachesTheEnd && last == LAST_OF_ALL) {
            return List.of();
        }
        List<DmaMapping> found = new ArrayList<>(1);
        DmaMapping first = at(start);
        if (first != null) {
            found.add(first);
        }
        mappings.subMap(start, false, last, true).values().stream().filter(this::isFound).forEach(found::add);
        return found;
    }

    boolean touches(long start, long last) {
        return !in(start, last).isEmpty();
    }
}

package org.pinion.shell.dma;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.pinion.api.Backing;
import org.pinion.api.FlatView;
import org.pinion.api.HostMemory;
import org.pinion.api.HostMemoryAllocator;
import org.pinion.api.IommuException;
import org.pinion.api.Section;

/**
 * One memory of this process for each region of another, as large as what some flat views show of it. Close it after
 * the spaces that map it have let go.
 */
public final class RegionMemories implements AutoCloseable {

    private final Map<String, HostMemory> memories = new LinkedHashMap<>();

    private RegionMemories() {}

    /**
     * Allocates memory for every remote region of some flat views.
     *
     * @param views the flat views
     * @param allocator gives the memory; it needs a kernel and may be missing
     * @return the memory
     * @throws IommuException if there is no allocator or not that much memory; then nothing stays allocated
     */
    public static RegionMemories under(List<FlatView> views, Optional<HostMemoryAllocator> allocator)
            throws IommuException {
        HostMemoryAllocator present = allocator.orElseThrow(() -> new IommuException(
                "allocate memory for the guest",
                "no HostMemoryAllocator service is there",
                "start the bundle org.pinion.memory.memfd and the bundle of a kernel, org.pinion.linux or"
                        + " org.pinion.emulator"));
        RegionMemories regions = new RegionMemories();
        try {
            for (Map.Entry<String, Long> region : sizes(views).entrySet()) {
                regions.memories.put(region.getKey(), present.allocate(region.getKey(), region.getValue()));
            }
            return regions;
        } catch (IommuException | RuntimeException e) {
            regions.close();
            throw e;
        }
    }

    private static Map<String, Long> sizes(List<FlatView> views) throws IommuException {
        Map<String, Long> sizes = new LinkedHashMap<>();
        for (FlatView view : views) {
            for (Section section : view.sections()) {
                if (section.backing() instanceof Backing.Remote remote) {
                    sizes.merge(remote.region(), end(section, remote), Math::max);
                }
            }
        }
        return sizes;
    }

    private static long end(Section section, Backing.Remote remote) throws IommuException {
        long span = section.range().last() - section.range().start();
        long end = remote.offset() + span + 1;
        if (span < 0 || remote.offset() < 0 || end <= 0) {
            throw new IommuException("allocate memory for " + section, "no process has that much address space",
                    "leave the section out of the flat view");
        }
        return end;
    }

    /**
     * Puts this memory under a view.
     *
     * @param view one of the flat views
     * @return the same with this memory under the sections that were remote
     */
    public FlatView under(FlatView view) {
        return FlatView.of(view.name(), view.sections().stream().map(this::replace).toList());
    }

    private Section replace(Section section) {
        return section.backing() instanceof Backing.Remote remote
                ? section.withBacking(of(remote).backing().advance(remote.offset()))
                : section;
    }

    HostMemory of(Backing.Remote remote) {
        return memories.get(remote.region());
    }

    @Override
    public void close() {
        memories.values().forEach(HostMemory::close);
    }
}

package org.pinion.memory.vma;

import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.pinion.api.AddressRange;
import org.pinion.api.Trait;
import org.pinion.linux.Kernel;
import org.pinion.linux.procfs.MemoryArea;
import org.pinion.linux.procfs.MemoryAreaQuery;

/**
 * The memory areas as they were read last. They answer for a few sections if the kernel confirms every area
 * behind them, which takes two short calls for a section in place of a walk through all page tables; what is said is
 * the same. May be used from any thread.
 */
final class RememberedAreas implements AutoCloseable {

    private static final int MOST_SECTIONS = 512;

    private final MemoryAreaQuery query;
    private final Pagemap pagemap;
    private AreaMap areas = new AreaMap(List.of());
    private Classification said;

    RememberedAreas(Kernel kernel) {
        query = new MemoryAreaQuery(kernel);
        pagemap = new Pagemap(kernel);
    }

    /**
     * @param read all areas, read just now
     * @param classification tells what follows from them where they have no gaps
     */
    synchronized void remember(AreaMap read, Classification classification) {
        areas = read;
        said = classification;
    }

    /** {@return the traits of sections, empty if what is remembered does not answer for all of them} */
    synchronized Optional<Collection<Trait>> traits(List<PlacedSection> sections) {
        if (sections.size() > MOST_SECTIONS) {
            return Optional.empty();
        }
        Set<MemoryArea> confirmed = Collections.newSetFromMap(new IdentityHashMap<>());
        for (PlacedSection section : sections) {
            if (said == null || section.beyond().isPresent() || !answersFor(section.memory(), confirmed)) {
                return Optional.empty();
            }
        }
        return Optional.of(said.traits(sections));
    }

    private boolean answersFor(AddressRange memory, Set<MemoryArea> confirmed) {
        if (!pagemap.isWhole(memory)) {
            return false;
        }
        for (AreaMap.Part part : areas.parts(memory)) {
            MemoryArea area = part.area().orElse(null);
            if (area == null || AreaFile.isToldByMount(area) || confirmed.add(area) && !query.confirms(area)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public synchronized void close() {
        query.close();
        pagemap.close();
    }
}

package org.pinion.memory.vma;

import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.pinion.api.AddressRange;
import org.pinion.api.Trait;
import org.pinion.api.Traits;
import org.pinion.linux.procfs.MemoryArea;

/** The traits of sections over the memory areas of one moment. For one thread: it remembers what it said of an area. */
final class Classification {

    private static final Statement PAST_THE_END =
            new Statement(Traits.UNBACKED, "", "the section goes on past the last address of the process");

    private final AreaMap areas;
    private final FileSystems fileSystems;
    private final long pageSize;
    private final Map<MemoryArea, List<Statement>> said = new IdentityHashMap<>();

    Classification(AreaMap areas, FileSystems fileSystems, long pageSize) {
        this.areas = areas;
        this.fileSystems = fileSystems;
        this.pageSize = pageSize;
    }

    Collection<Trait> traits(List<PlacedSection> sections) {
        List<Trait> traits = new ArrayList<>();
        sections.forEach(section -> traits.addAll(traits(section)));
        return traits;
    }

    private List<Trait> traits(PlacedSection section) {
        JoinedTraits traits = new JoinedTraits();
        for (AreaMap.Part part : areas.parts(section.memory())) {
            AddressRange shows = section.shows(part.range());
            statements(part).forEach(statement -> traits.add(shows, statement));
        }
        section.beyond().ifPresent(range -> traits.add(range, PAST_THE_END));
        return traits.all();
    }

    private List<Statement> statements(AreaMap.Part part) {
        return part.area().map(this::statements).orElseGet(() -> List.of(new Statement(
                Traits.UNBACKED, "", "no memory area of this process has " + part.range())));
    }

    private List<Statement> statements(MemoryArea area) {
        return said.computeIfAbsent(area, key -> AreaTraits.of(key, AreaFile.of(key, fileSystems), pageSize));
    }
}

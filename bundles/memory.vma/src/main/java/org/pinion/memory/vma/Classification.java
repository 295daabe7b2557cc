package org.pinion.memory.vma;

import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.pinion.api.AddressRange;
import org.pinion.api.RangeSet;
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
    private final Gaps gaps;
    private final Map<MemoryArea, List<Statement>> said = new IdentityHashMap<>();

    Classification(AreaMap areas, FileSystems fileSystems, long pageSize, Gaps gaps) {
        this.areas = areas;
        this.fileSystems = fileSystems;
        this.pageSize = pageSize;
        this.gaps = gaps;
    }

    Collection<Trait> traits(List<PlacedSection> sections) {
        List<Trait> traits = new ArrayList<>();
        sections.forEach(section -> traits.addAll(traits(section)));
        return traits;
    }

    private List<Trait> traits(PlacedSection section) {
        JoinedTraits traits = new JoinedTraits();
        for (AreaMap.Part part : areas.parts(section.memory())) {
            part.area().ifPresentOrElse(
                    area -> say(area, part.range(), section, traits),
                    () -> traits.add(section.shows(part.range()), unbacked("no memory area of this process has "
                            + part.range())));
        }
        section.beyond().ifPresent(range -> traits.add(range, PAST_THE_END));
        return traits.all();
    }

    /** What holds of an area holds of all of it but its gaps. */
    private void say(MemoryArea area, AddressRange part, PlacedSection section, JoinedTraits traits) {
        List<Statement> statements = statements(area);
        boolean vouched = statements.stream().anyMatch(Classification::vouches);
        List<Gaps.Gap> missing = vouched ? gaps.of(area, part) : List.of();
        RangeSet without = RangeSet.of(missing.stream().map(Gaps.Gap::range).toList());
        for (AddressRange there : RangeSet.of(part).minus(without)) {
            statements.forEach(statement -> traits.add(section.shows(there), statement));
        }
        for (Gaps.Gap gap : missing) {
            traits.add(section.shows(gap.range()), unbacked("memory area " + area + " " + gap.why()));
        }
    }

    private static boolean vouches(Statement statement) {
        return statement.name().equals(Traits.GUP_ABLE);
    }

    private static Statement unbacked(String evidence) {
        return new Statement(Traits.UNBACKED, "", evidence);
    }

    private List<Statement> statements(MemoryArea area) {
        return said.computeIfAbsent(area, key -> AreaTraits.of(key, AreaFile.of(key, fileSystems), pageSize));
    }
}

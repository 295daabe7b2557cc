package org.pinion.memory.vma;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.pinion.api.AddressRange;
import org.pinion.api.RangeSet;
import org.pinion.api.Trait;
import org.pinion.linux.procfs.MemoryArea;

/** For any areas and any section: each of its bytes is said to be either in an area or unbacked, and never both. */
class CoverageLawTest {

    @Property
    void unbackedIsExactlyWhatNoAreaCovers(
            @ForAll @Size(max = 12) List<@IntRange(min = 1, max = 9) Integer> gapsAndLengths,
            @ForAll @IntRange(max = 60) int address,
            @ForAll @IntRange(min = 1, max = 60) int pages,
            @ForAll @IntRange(max = 100) int start) {
        List<MemoryArea> areas = areas(gapsAndLengths);
        PlacedSection section =
                new PlacedSection(AddressRange.ofSize(start * 0x1000L, pages * 0x1000L), address * 0x1000L);
        List<Trait> traits = List.copyOf(
                new Classification(new AreaMap(areas), FileSystems.of(List.of()), 4096, (area, part) -> List.of())
                        .traits(List.of(section)));

        RangeSet backed = RangeSet.of(areas.stream()
                .map(area -> new AddressRange(area.start(), area.last()).intersect(section.memory()))
                .flatMap(Optional::stream)
                .map(section::shows)
                .toList());
        assertThat(said(traits, "gup-able")).isEqualTo(backed);
        assertThat(said(traits, "unbacked")).isEqualTo(RangeSet.of(section.view()).minus(backed));
        assertThat(traits).extracting(Trait::range).allMatch(section.view()::contains);
    }

    private static RangeSet said(List<Trait> traits, String name) {
        return RangeSet.of(traits.stream()
                .filter(trait -> trait.name().equals(name))
                .map(Trait::range)
                .toList());
    }

    private static List<MemoryArea> areas(List<Integer> gapsAndLengths) {
        List<MemoryArea> areas = new ArrayList<>();
        long next = 0;
        for (int i = 0; i + 1 < gapsAndLengths.size(); i += 2) {
            long start = next + (gapsAndLengths.get(i) - 1) * 0x1000L;
            next = start + gapsAndLengths.get(i + 1) * 0x1000L;
            areas.add(new MemoryArea(start, next - 1, "rw-p", 0, "00:00", 0, "", Map.of(), Set.of("rd", "wr")));
        }
        return areas;
    }
}

package org.pinion.source.qemu;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.pinion.api.Access;
import org.pinion.api.Backing;
import org.pinion.api.Section;
import org.pinion.api.SectionFacts;
import org.pinion.api.SectionKind;
import org.pinion.source.qemu.BarRegion.Bar;
import org.pinion.source.qemu.MemoryTree.View;

/** Makes the sections of one view. */
final class SectionReader {

    private final View view;
    private final RegionKinds kinds;
    private final Map<Bar, Long> bars;
    private final Set<String> ambiguous;

    SectionReader(MemoryTree tree, View view) {
        this.view = view;
        this.kinds = new RegionKinds(tree, view);
        this.bars = BarRegion.bases(view.ranges());
        this.ambiguous = ambiguous(view.ranges());
    }

    List<Section> sections() {
        List<Section> sections = new ArrayList<>(view.ranges().size());
        for (Range range : view.ranges()) {
            sections.add(section(range));
        }
        return sections;
    }

    private Section section(Range range) {
        SectionKind kind = kinds.of(range);
        return new Section(
                range.addresses(),
                kind,
                backing(range, kind),
                access(range, kind),
                range.name(),
                range.owner(),
                range.nonvolatile() ? Map.of(SectionFacts.NONVOLATILE, "true") : Map.of());
    }

    /** Whatever prints as {@code rom} is read-only; a ROM device takes writes for commands, not for its memory. */
    private static Access access(Range range, SectionKind kind) {
        return range.kind() == SectionKind.ROM || kind == SectionKind.ROMD ? Access.READ : Access.READ_WRITE;
    }

    private Backing backing(Range range, SectionKind kind) {
        return switch (kind) {
            case RAM, ROM -> remote(range);
            case RAM_DEVICE -> deviceMemory(range);
            case ROMD, MMIO, IOMMU -> Backing.NONE;
        };
    }

    /** Not all device memory is a BAR: a TPM's physical presence page prints as {@code ramd} too. */
    private Backing deviceMemory(Range range) {
        Optional<BarRegion> area = BarRegion.of(range.name()).filter(BarRegion::mapped);
        return area.isPresent() ? area.get().backing(range.start(), bars) : remote(range);
    }

    private Backing remote(Range range) {
        boolean named = ambiguous.contains(range.name()) && !range.owner().isEmpty();
        return new Backing.Remote(named ? range.name() + " of " + range.owner() : range.name(), range.offset());
    }

    /** Names that regions of different owners share, such as {@code vga.vram} where a guest has two. */
    private static Set<String> ambiguous(List<Range> ranges) {
        Map<String, String> owners = new HashMap<>();
        Set<String> shared = new HashSet<>();
        for (Range range : ranges) {
            String first = owners.putIfAbsent(range.name(), range.owner());
            if (first != null && !first.equals(range.owner())) {
                shared.add(range.name());
            }
        }
        return shared;
    }
}

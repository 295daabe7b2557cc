package org.pinion.lab;

import java.util.List;
import java.util.Map;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.FlatView;
import org.pinion.api.HostMemory;
import org.pinion.api.Section;
import org.pinion.api.SectionKind;

/** The pieces that tests make flat views of. */
final class Views {

    private Views() {}

    static FlatView of(Section... sections) {
        return FlatView.of("memory", List.of(sections));
    }

    static Section ram(AddressRange range, HostMemory memory, long offset) {
        return Section.ram(range, memory.backing().advance(offset), "ram");
    }

    static Section rom(AddressRange range, Backing backing, String name) {
        return new Section(range, SectionKind.ROM, backing, Access.READ, name, "", Map.of());
    }
}

package org.pinion.policy.rules;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.DeviceLimits;
import org.pinion.api.RangeSet;
import org.pinion.api.Route;
import org.pinion.api.Section;
import org.pinion.api.SectionKind;
import org.pinion.api.Trait;
import org.pinion.spi.policy.Candidate;
import org.pinion.spi.policy.Candidate.Planning;

/** Parts of sections for tests. */
final class Parts {

    static final Backing RAM = new Backing.Remote("pc.ram", 0);

    private Parts() {}

    static Candidate part(long start, long last, SectionKind kind, String... traits) {
        return part(new AddressRange(start, last), kind, RAM, "pc.ram", "", List.of(), traits);
    }

    static Candidate part(
            AddressRange range,
            SectionKind kind,
            Backing backing,
            String name,
            String owner,
            List<String> devices,
            String... traits) {
        Section section = new Section(range, kind, backing, Access.READ_WRITE, name, owner, Map.of());
        List<Trait> said = Arrays.stream(traits).map(label -> trait(range, label)).toList();
        List<DeviceLimits> limits = devices.stream()
                .map(device -> new DeviceLimits(device, RangeSet.ALL, 0x1000, List.of(), List.of()))
                .toList();
        Planning planning = new Planning(
                "iommufd", Set.of(Route.USER, Route.FILE), "the kernel takes no dma-buf", 0x1000, limits);
        return new Candidate(range, section, said, planning);
    }

    private static Trait trait(AddressRange range, String label) {
        String[] parts = label.split("=", 2);
        return new Trait(range, parts[0], parts.length == 1 ? "" : parts[1], "the test says so", "test");
    }
}

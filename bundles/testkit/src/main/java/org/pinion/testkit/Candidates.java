package org.pinion.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.BarExport;
import org.pinion.api.DeviceLimits;
import org.pinion.api.RangeSet;
import org.pinion.api.Route;
import org.pinion.api.Section;
import org.pinion.api.SectionKind;
import org.pinion.api.Trait;
import org.pinion.api.Traits;
import org.pinion.spi.policy.Candidate;
import org.pinion.spi.policy.Candidate.Planning;

/** Parts of sections of every kind, at both ends of all addresses, with much and with nothing known about them. */
final class Candidates {

    static final String OWNER = "0000:00:12.0";

    private static final DeviceLimits NARROW = new DeviceLimits(
            "0000:00:10.0", RangeSet.of(new AddressRange(0, 0x7fffffffffL)), 0x1000, List.of());
    private static final DeviceLimits EXPORTING = new DeviceLimits(
            OWNER,
            RangeSet.ALL,
            0x1000,
            List.of(),
            List.of(new BarExport(2, 0x4000, RangeSet.of(new AddressRange(0, 0x3fff)), "")));

    private static final List<AddressRange> RANGES = List.of(
            new AddressRange(0, 0xfff),
            new AddressRange(0xfee00000L, 0xfee0ffffL),
            new AddressRange(0x7ffffffffffff000L, 0x8000000000000fffL),
            new AddressRange(-0x2000, -1L));
    private static final List<Backing> BACKINGS = List.of(
            new Backing.UserMemory(0x7f0000000000L),
            new Backing.MemoryFile(5, 0, 0),
            new Backing.MemoryFile(5, 0x800, 0x7f0000000800L),
            new Backing.DeviceBar(OWNER, 2, 0),
            new Backing.DmaBuf(6, 0),
            new Backing.Remote("pc.ram", 0),
            Backing.NONE);
    private static final List<List<String>> SAID = List.of(
            List.of(),
            List.of(Traits.GUP_ABLE),
            List.of(Traits.GUP_ABLE, Traits.READ_ONLY),
            List.of(Traits.DISCARDED, Traits.GUP_ABLE),
            List.of("no-such-trait"));

    private Candidates() {}

    /** {@return one for each combination of what a policy may look at} */
    static List<Candidate> all() {
        List<Candidate> all = new ArrayList<>();
        for (AddressRange range : RANGES) {
            for (SectionKind kind : SectionKind.values()) {
                for (Backing backing : BACKINGS) {
                    for (List<String> said : SAID) {
                        all.add(of(range, kind, backing, said));
                    }
                }
            }
        }
        return List.copyOf(all);
    }

    private static Candidate of(AddressRange range, SectionKind kind, Backing backing, List<String> said) {
        Section section = new Section(range, kind, backing, Access.READ_WRITE, "pc.ram", "/objects/pc.ram", Map.of());
        List<Trait> traits = said.stream()
                .map(name -> Trait.of(range, name, "it is supposed").signedBy("testkit"))
                .toList();
        return new Candidate(range, section, traits, planning(NARROW, EXPORTING));
    }

    private static Planning planning(DeviceLimits... limits) {
        return new Planning("testkit", Set.copyOf(EnumSet.allOf(Route.class)), "", 0x1000, Arrays.asList(limits));
    }

    /** {@return the same part planned for other devices} */
    static List<Candidate> amongOtherDevices(Candidate candidate) {
        return List.of(
                with(candidate, planning(EXPORTING)),
                with(candidate, planning(NARROW)),
                with(candidate, planning()),
                with(candidate, planning(EXPORTING.of("0000:00:13.0"), NARROW)));
    }

    private static Candidate with(Candidate candidate, Planning planning) {
        return new Candidate(candidate.range(), candidate.section(), candidate.traits(), planning);
    }
}

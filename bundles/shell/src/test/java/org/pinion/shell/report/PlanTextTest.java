package org.pinion.shell.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.Decision;
import org.pinion.api.Decision.Outcome;
import org.pinion.api.DeviceLimits;
import org.pinion.api.FlatView;
import org.pinion.api.HostDevice;
import org.pinion.api.IovaLimits;
import org.pinion.api.Mapping;
import org.pinion.api.Plan;
import org.pinion.api.RangeSet;
import org.pinion.api.ReservedRegion;
import org.pinion.api.Route;
import org.pinion.api.Section;
import org.pinion.api.SectionKind;
import org.pinion.api.Trait;

class PlanTextTest {

    private static final AddressRange HOLE = new AddressRange(0x4000, 0x4fff);
    private static final Section RAM = section(0x0, 0x8fff, SectionKind.RAM, "pc.ram");
    private static final Section HPET = section(0xfed00000L, 0xfed003ffL, SectionKind.MMIO, "hpet");
    private static final Section EDGE = section(-0x800L, -1L, SectionKind.ROM, "edge");

    @Test
    void everyDecisionIsListedByAddressWithItsReason() {
        assertThat(PlanText.of(report())).isEqualTo("""
                guest view   memory, 3 sections, 0x0-0xffffffffffffffff
                policy       qemu+strict
                backend      iommufd
                kernel       emulated
                devices      0000:00:10.0  1234:11e8 edu, group 3
                             a-mdev  mtty, no IOMMU
                usable IOVA     0x0-0x3fff                16 KiB
                             0x5000-0xffffffffffffffff  16.0 EiB
                not usable   0x4000-0x4fff                 4 KiB  reserved (msi) by 0000:00:10.0
                alignment    4 KiB

                               0x0-0x3fff              16 KiB  map rw file  pc.ram (ram)
                    strict/ram: it can be pinned [gup-able, huge-page=2M]
                            0x4000-0x4fff               4 KiB  carve        pc.ram (ram)
                    planner/reserved: reserved (msi) by 0000:00:10.0
                            0x5000-0x8fff              16 KiB  map r user   pc.ram (ram)
                    strict/ram: it can be pinned
                        0xfed00000-0xfed003ff           1 KiB  skip         hpet (i/o)
                    strict/not-ram: it is not memory
                0xfffffffffffff800-0xffffffffffffffff   2 KiB  refuse       edge (rom)
                    strict/sub-page: no whole page lies inside
                    remedy: align it

                mapped    32 KiB in 2 ranges  rw 16 KiB, r 16 KiB
                left out  5 KiB in 2 ranges   skip 1, trim 0, carve 1
                refused   2 KiB in 1 range
                """);
    }

    @Test
    void neighboursWithTheSameReasonShareIt() {
        Plan plan = plan(List.of(
                skip(section(0x0, 0xf, SectionKind.MMIO, "a"), "not memory"),
                skip(section(0x20, 0x2f, SectionKind.MMIO, "b"), "not memory"),
                skip(section(0x40, 0x4f, SectionKind.MMIO, "c"), "another reason")));
        assertThat(PlanText.of(new PlanReport("iommufd", "native", List.of(), plan))).contains("""
                 0x0-0xf   16 B  skip  a (i/o)
                0x20-0x2f  16 B  skip  b (i/o)
                    strict/not-ram: not memory
                0x40-0x4f  16 B  skip  c (i/o)
                    strict/not-ram: another reason
                """);
    }

    @Test
    void anEmptyViewIsSaidToBeEmpty() {
        Plan plan = new Plan(FlatView.EMPTY, IovaLimits.intersect(65536, List.of()), List.of("strict"), List.of());
        assertThat(PlanText.of(new PlanReport("iommufd", "native", List.of(), plan))).isEqualTo("""
                guest view   empty, 0 sections
                policy       strict
                backend      iommufd
                kernel       native
                devices      none
                usable IOVA  every address
                alignment    64 KiB


                mapped    nothing  rw 0 B, r 0 B
                left out  nothing  skip 0, trim 0, carve 0
                refused   nothing
                """);
    }

    @Test
    void devicesAreSortedByAddress() {
        HostDevice a = new HostDevice("a", "", 1, "", false);
        HostDevice b = new HostDevice("b", "", 2, "", false);
        assertThat(new PlanReport("iommufd", "native", List.of(b, a), plan(List.of())).devices()).containsExactly(a, b);
    }

    static PlanReport report() {
        List<Trait> traits = List.of(trait("gup-able", ""), trait("gup-able", ""), trait("huge-page", "2M"));
        Plan plan = plan(List.of(
                map(new AddressRange(0, 0x3fff), Access.READ_WRITE, Route.FILE, traits),
                new Decision(HOLE, RAM, Outcome.CARVE, "planner/reserved", "reserved (msi) by 0000:00:10.0", "",
                        List.of(), Optional.empty()),
                map(new AddressRange(0x5000, 0x8fff), Access.READ, Route.USER, List.of()),
                skip(HPET, "it is not memory"),
                new Decision(EDGE.range(), EDGE, Outcome.REFUSE, "strict/sub-page", "no whole page lies inside",
                        "align it", List.of(), Optional.empty())));
        return new PlanReport("iommufd", "emulated", List.of(
                new HostDevice("a-mdev", "mtty", -1, "mtty", true),
                new HostDevice("0000:00:10.0", "1234:11e8 edu", 3, "vfio-pci", false)), plan);
    }

    private static Plan plan(List<Decision> decisions) {
        DeviceLimits limits = new DeviceLimits("0000:00:10.0", RangeSet.of(HOLE).complement(), 4096,
                List.of(new ReservedRegion(HOLE, "msi")));
        FlatView view = FlatView.of("memory", decisions.stream().map(Decision::section).distinct().toList());
        return new Plan(view, IovaLimits.intersect(4096, List.of(limits)), List.of("qemu", "strict"), decisions);
    }

    private static Decision map(AddressRange range, Access access, Route route, List<Trait> traits) {
        Mapping mapping = new Mapping(range, access, route, RAM.backingAt(range.start()));
        return new Decision(range, RAM, Outcome.MAP, "strict/ram", "it can be pinned", "", traits, Optional.of(mapping));
    }

    private static Decision skip(Section section, String reason) {
        return new Decision(section.range(), section, Outcome.SKIP, "strict/not-ram", reason, "", List.of(),
                Optional.empty());
    }

    private static Trait trait(String name, String value) {
        return new Trait(AddressRange.ALL, name, value, "the test says so", "test");
    }

    private static Section section(long start, long last, SectionKind kind, String name) {
        return new Section(new AddressRange(start, last), kind, new Backing.Remote(name, 0), Access.READ_WRITE, name, "",
                Map.of());
    }
}

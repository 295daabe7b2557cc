package org.pinion.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.pinion.core.plan.PlanRequests.ALL_ROUTES;
import static org.pinion.core.plan.PlanRequests.device;
import static org.pinion.core.plan.PlanRequests.handingOut;
import static org.pinion.core.plan.PlanRequests.policy;
import static org.pinion.core.plan.PlanRequests.range;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.AbstractListAssert;
import org.assertj.core.api.ObjectAssert;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.BarExport;
import org.pinion.api.Decision;
import org.pinion.api.Decision.Outcome;
import org.pinion.api.DeviceLimits;
import org.pinion.api.Mapping;
import org.pinion.api.Plan;
import org.pinion.api.RangeSet;
import org.pinion.api.Route;
import org.pinion.api.Section;
import org.pinion.api.SectionKind;
import org.pinion.spi.backend.BackendCapabilities;
import org.pinion.spi.policy.Candidate;
import org.pinion.spi.policy.Verdict;

class PlannerTest {

    private static AbstractListAssert<?, ?, Tuple, ObjectAssert<Tuple>> assertDecisions(Plan plan) {
        return assertThat(plan.decisions()).extracting(d -> d.range(), d -> d.outcome(), d -> d.rule());
    }

    private static NamedPolicy skip(String name, String trait) {
        return policy(
                name,
                part -> part.is(trait)
                        ? Verdict.skip(trait, name + " minds " + trait)
                        : Verdict.map(Access.READ_WRITE, ALL_ROUTES, "fine", name + " says yes"));
    }

    private static NamedPolicy refuse(String name, String reason, String remedy) {
        return policy(name, _ -> Verdict.refuse("no", reason, remedy));
    }

    @Test
    void mapsAnAlignedSectionWhole() {
        Decision only = new PlanRequests().ram(0x1000, 0x2fff).plan().decisions().getFirst();

        assertThat(only.rule()).isEqualTo("all/any");
        assertThat(only.mapping())
                .contains(new Mapping(
                        range(0x1000, 0x2fff), Access.READ_WRITE, Route.FILE, new Backing.MemoryFile(3, 0x1000, 0)));
    }

    @Test
    void splitsSectionsWhereAClassifierSpeaksOfAPart() {
        Plan plan = new PlanRequests()
                .ram(0x0, 0x3fff)
                .trait(0x1000, 0x1fff, "discarded")
                .policy(skip("p", "discarded"))
                .plan();

        assertDecisions(plan)
                .containsExactly(
                        tuple(range(0, 0xfff), Outcome.MAP, "p/fine"),
                        tuple(range(0x1000, 0x1fff), Outcome.SKIP, "p/discarded"),
                        tuple(range(0x2000, 0x3fff), Outcome.MAP, "p/fine"));
        assertThat(plan.decisions().get(1).traits())
                .extracting(trait -> trait.label() + " by " + trait.by())
                .containsExactly("discarded by test");
    }

    @Test
    void cutsATraitThatSpansSectionsDownToEach() {
        Plan plan = new PlanRequests()
                .ram(0x0, 0xfff)
                .ram(0x2000, 0x2fff)
                .trait(0, -1L, "gup-able")
                .plan();

        assertThat(plan.decisions())
                .allSatisfy(decision -> assertThat(decision.traits())
                        .extracting(trait -> trait.range())
                        .containsExactly(decision.range()));
    }

    @Test
    void takesAStatementMadeTwiceAsOne() {
        Plan plan = new PlanRequests()
                .ram(0x0, 0x2fff)
                .trait(0x0, 0x1fff, "gup-able")
                .trait(0x1000, 0x2fff, "gup-able")
                .plan();

        assertThat(plan.decisions()).hasSize(1);
        assertThat(plan.decisions().getFirst().traits())
                .extracting(trait -> trait.range())
                .containsExactly(range(0, 0x2fff));
    }

    @Test
    void skippingBeatsMappingWhateverThePoliciesAreCalled() {
        Plan plan = new PlanRequests()
                .ram(0, 0xfff)
                .trait(0, 0xfff, "odd")
                .policy(PlanRequests.MAP_ALL)
                .policy(skip("zebra", "odd"))
                .plan();

        assertDecisions(plan).containsExactly(tuple(range(0, 0xfff), Outcome.SKIP, "zebra/odd"));
    }

    @Test
    void givesTheReasonsOfAllWhoRefuseAndTheRuleOfTheFirst() {
        Decision refusal = new PlanRequests()
                .ram(0, 0xfff)
                .policy(refuse("b", "because b", "ask b"))
                .policy(skip("c", "x"))
                .policy(refuse("a", "because a", ""))
                .plan()
                .decisions()
                .getFirst();

        assertThat(refusal.outcome()).isEqualTo(Outcome.REFUSE);
        assertThat(refusal.rule()).isEqualTo("a/no");
        assertThat(refusal.reason()).isEqualTo("because a; because b");
        assertThat(refusal.remedy()).isEqualTo("ask b");
    }

    @Test
    void givesTheLeastAccessAndTheCommonRoutes() {
        Plan plan = new PlanRequests()
                .of(SectionKind.RAM, 0, 0xfff, new Backing.MemoryFile(3, 0, 0x7000_0000))
                .policy(policy("a", _ -> Verdict.map(Access.READ, ALL_ROUTES, "r", "reads")))
                .policy(policy("b", _ -> Verdict.map(Access.READ_WRITE, Set.of(Route.USER), "u", "by address")))
                .plan();

        assertThat(plan.decisions().getFirst().mapping())
                .get()
                .extracting(Mapping::access, Mapping::route)
                .containsExactly(Access.READ, Route.USER);
    }

    @Test
    void neverGivesMoreAccessThanTheSectionHas() {
        Section rom = new Section(
                range(0, 0xfff),
                SectionKind.ROM,
                new Backing.MemoryFile(3, 0, 0),
                Access.READ,
                "bios",
                "",
                Map.of());

        assertThat(new PlanRequests().section(rom).plan().decisions().getFirst().mapping())
                .get()
                .extracting(Mapping::access)
                .isEqualTo(Access.READ);
    }

    @Test
    void choosesTheRouteThatFitsTheBacking() {
        Plan plan = new PlanRequests()
                .of(SectionKind.RAM, 0x0000, 0x0fff, new Backing.UserMemory(0x7000_0000))
                .of(SectionKind.RAM, 0x1000, 0x1fff, new Backing.MemoryFile(3, 0, 0x7000_0000))
                .of(SectionKind.RAM, 0x2000, 0x2fff, new Backing.DmaBuf(4, 0))
                .of(SectionKind.RAM_DEVICE, 0x3000, 0x3fff, new Backing.DeviceBar("0000:00:10.0", 0, 0))
                .of(SectionKind.RAM, 0x4000, 0x4fff, new Backing.Remote("pc.ram", 0))
                .device(handingOut("0000:00:10.0", 0, 0x1000, range(0, 0xfff)))
                .plan();

        assertThat(plan.mapped().map(decision -> decision.mapping().orElseThrow().route()))
                .containsExactly(Route.USER, Route.FILE, Route.DMA_BUF, Route.DMA_BUF, Route.FILE);
    }

    @Test
    void skipsWhatHasNoBytes() {
        Plan plan = new PlanRequests().of(SectionKind.MMIO, 0, 0xfff, Backing.NONE).plan();

        assertDecisions(plan).containsExactly(tuple(range(0, 0xfff), Outcome.SKIP, "planner/no-bytes"));
    }

    @Test
    void skipsWhatNoRouteFitsAndSaysWhatTheBackendLacks() {
        Plan plan = new PlanRequests()
                .of(SectionKind.RAM_DEVICE, 0, 0xfff, new Backing.DeviceBar("0000:00:10.0", 2, 0))
                .capabilities(new BackendCapabilities(
                        Set.of(Route.USER, Route.FILE), 4096, "this kernel has no dma-buf for BARs"))
                .plan();

        assertDecisions(plan).containsExactly(tuple(range(0, 0xfff), Outcome.SKIP, "planner/no-route"));
        assertThat(plan.decisions().getFirst().reason())
                .contains("BAR 2 of 0000:00:10.0", "by dma-buf", "this kernel has no dma-buf for BARs");
    }

    @Test
    void skipsABackingItDoesNotKnow() {
        record Tape(long position) implements Backing {
            @Override
            public Backing advance(long bytes) {
                return new Tape(position + bytes);
            }
        }

        Plan plan = new PlanRequests().of(SectionKind.RAM, 0, 0xfff, new Tape(0)).plan();

        assertDecisions(plan).containsExactly(tuple(range(0, 0xfff), Outcome.SKIP, "planner/no-route"));
    }

    @Test
    void trimsTheEdgesToTheCoarsestAlignmentOfAllDevices() {
        Plan plan = new PlanRequests()
                .ram(0x1000, 0x2ffff)
                .device(device("a", 4096))
                .device(device("b", 0x10000))
                .plan();

        assertDecisions(plan)
                .containsExactly(
                        tuple(range(0x1000, 0xffff), Outcome.TRIM, "planner/alignment"),
                        tuple(range(0x10000, 0x2ffff), Outcome.MAP, "all/any"));
    }

    @Test
    void trimsAllOfASectionSmallerThanAUnit() {
        Plan plan = new PlanRequests().ram(0x1100, 0x1eff).plan();

        assertDecisions(plan).containsExactly(tuple(range(0x1100, 0x1eff), Outcome.TRIM, "planner/alignment"));
    }

    @Test
    void mapsUpToTheLastAddressThereIs() {
        Plan plan = new PlanRequests()
                .of(SectionKind.RAM, -0x1800L, -1L, new Backing.MemoryFile(3, 0x800, 0))
                .plan();

        assertDecisions(plan)
                .containsExactly(
                        tuple(range(-0x1800L, -0x1001L), Outcome.TRIM, "planner/alignment"),
                        tuple(range(-0x1000L, -1L), Outcome.MAP, "all/any"));
    }

    @Test
    void skipsWhereAddressAndBytesDifferModuloTheAlignment() {
        Plan plan = new PlanRequests()
                .of(SectionKind.RAM, 0x10000, 0x4ffff, new Backing.MemoryFile(3, 0x1000, 0))
                .device(device("a", 0x10000))
                .plan();

        assertDecisions(plan).containsExactly(tuple(range(0x10000, 0x4ffff), Outcome.SKIP, "planner/misaligned"));
        assertThat(plan.decisions().getFirst().reason()).contains("0x10000", "0x1000");
    }

    @Test
    void alignsTheUserAddressNotTheFileOffsetWhereTheRouteIsUser() {
        Plan plan = new PlanRequests()
                .of(SectionKind.RAM, 0x0, 0xfff, new Backing.MemoryFile(3, 0x800, 0x7000_0000))
                .capabilities(new BackendCapabilities(Set.of(Route.USER), 4096, ""))
                .plan();

        assertDecisions(plan).containsExactly(tuple(range(0, 0xfff), Outcome.MAP, "all/any"));
    }

    @Test
    void mapsAPageWholeAlthoughAClassifiersWordEndsInItsMiddle() {
        Plan plan = new PlanRequests()
                .ram(0x0, 0x1fff)
                .trait(0x0, 0x7ff, "huge-page")
                .plan();

        assertDecisions(plan)
                .containsExactly(
                        tuple(range(0, 0x7ff), Outcome.MAP, "all/any"),
                        tuple(range(0x800, 0x1fff), Outcome.MAP, "all/any"));
    }

    @Test
    void carvesForbiddenAddressesOutOfTheMiddleAndSaysWhoForbidsThem() {
        Plan plan = new PlanRequests()
                .of(SectionKind.ROM, 0xfed0_0000L, 0xfeff_ffffL, new Backing.MemoryFile(3, 0, 0))
                .device(device("0000:01:00.0", 4096, range(0xfee0_0000L, 0xfeef_ffffL)))
                .plan();

        assertDecisions(plan)
                .containsExactly(
                        tuple(range(0xfed0_0000L, 0xfedf_ffffL), Outcome.MAP, "all/any"),
                        tuple(range(0xfee0_0000L, 0xfeef_ffffL), Outcome.CARVE, "all/reserved"),
                        tuple(range(0xfef0_0000L, 0xfeff_ffffL), Outcome.MAP, "all/any"));
        assertThat(plan.decisions().get(1).reason()).contains("reserved (msi) by 0000:01:00.0");
        assertThat(plan.decisions().get(2).mapping())
                .get()
                .extracting(Mapping::backing)
                .isEqualTo(new Backing.MemoryFile(3, 0x20_0000, 0));
    }

    @Test
    void refusesWhereAReservedRegionLiesInRam() {
        Plan plan = new PlanRequests()
                .ram(0, 0xffff_ffffL)
                .device(device("0000:01:00.0", 4096, range(0xfee0_0000L, 0xfeef_ffffL)))
                .plan();

        assertThat(plan.refusals())
                .extracting(Decision::range, Decision::rule)
                .containsExactly(tuple(range(0xfee0_0000L, 0xfeef_ffffL), "all/ram-reserved"));
    }

    @Test
    void carvesWhatNoPolicyMinds() {
        NamedPolicy calm = policy(
                "calm",
                PlanRequests.MAP_ALL.policy()::decide,
                (_, _) -> Verdict.map(Access.READ_WRITE, ALL_ROUTES, "fine", "fine"));
        Plan plan = new PlanRequests()
                .ram(0, 0x3fff)
                .device(device("a", 4096, range(0x1000, 0x1fff)))
                .policy(calm)
                .plan();

        assertDecisions(plan)
                .containsExactly(
                        tuple(range(0, 0xfff), Outcome.MAP, "calm/any"),
                        tuple(range(0x1000, 0x1fff), Outcome.CARVE, "planner/reserved"),
                        tuple(range(0x2000, 0x3fff), Outcome.MAP, "calm/any"));
        assertThat(plan.decisions().get(1).reason()).contains("reserved (msi) by a");
    }

    @Test
    void refusalOfOnePolicyBeatsTheCarvingOfAnother() {
        NamedPolicy carving = policy(
                "a", PlanRequests.MAP_ALL.policy()::decide, (_, _) -> Verdict.skip("carve", "never mind"));
        Plan plan = new PlanRequests()
                .ram(0, 0x3fff)
                .device(device("d", 4096, range(0x1000, 0x1fff)))
                .policy(carving)
                .policy(PlanRequests.MAP_ALL)
                .plan();

        assertThat(plan.refusals()).extracting(Decision::rule).containsExactly("all/ram-reserved");
    }

    @Test
    void addsWhoForbidsTheAddressesToAReasonThatDoesNotSay() {
        NamedPolicy terse =
                policy("a", PlanRequests.MAP_ALL.policy()::decide, (_, _) -> Verdict.skip("carve", "never mind"));
        Plan plan = new PlanRequests()
                .ram(0, 0x3fff)
                .device(device("d", 4096, range(0x1000, 0x1fff)))
                .policy(terse)
                .plan();

        assertThat(plan.decisions().get(1).reason())
                .isEqualTo("never mind (0x1000-0x1fff is reserved (msi) by d)");
    }

    @Test
    void namesEachDeviceForTheAddressesItForbids() {
        DeviceLimits narrow = new DeviceLimits("n", RangeSet.of(range(0, 0x4fff)), 4096, List.of());
        Plan plan = new PlanRequests()
                .of(SectionKind.ROM, 0, 0x7fff, new Backing.MemoryFile(3, 0, 0))
                .device(narrow)
                .device(device("m", 4096, range(0x4000, 0x5fff)))
                .plan();

        assertThat(plan.skipped().map(decision -> decision.range() + " " + decision.reason().split(";")[0]))
                .containsExactly(
                        "0x4000-0x4fff 0x4000-0x4fff is reserved (msi) by m",
                        "0x5000-0x5fff 0x5000-0x5fff is reserved (msi) by m, outside the aperture of n",
                        "0x6000-0x7fff 0x6000-0x7fff is outside the aperture of n");
    }

    @Test
    void trimsWhatACarvedRegionLeavesOfAUnit() {
        Plan plan = new PlanRequests()
                .of(SectionKind.ROM, 0, 0x2ffff, new Backing.MemoryFile(3, 0, 0))
                .device(device("d", 0x10000, range(0x11000, 0x11fff)))
                .plan();

        assertDecisions(plan)
                .containsExactly(
                        tuple(range(0, 0xffff), Outcome.MAP, "all/any"),
                        tuple(range(0x10000, 0x10fff), Outcome.TRIM, "planner/alignment"),
                        tuple(range(0x11000, 0x11fff), Outcome.CARVE, "all/reserved"),
                        tuple(range(0x12000, 0x1ffff), Outcome.TRIM, "planner/alignment"),
                        tuple(range(0x20000, 0x2ffff), Outcome.MAP, "all/any"));
    }

    @Test
    void asksNobodyAboutForbiddenAddressesThatAreTrimmedAnyway() {
        NamedPolicy strict = policy("s", PlanRequests.MAP_ALL.policy()::decide, (_, _) -> {
            throw new AssertionError("asked");
        });
        AddressRange edge = range(0x1000, 0x17ff);
        Plan plan = new PlanRequests()
                .of(SectionKind.RAM, 0x1400, 0x2fff, new Backing.MemoryFile(3, 0x400, 0))
                .device(device("d", 4096, edge))
                .policy(strict)
                .plan();

        assertDecisions(plan)
                .containsExactly(
                        tuple(range(0x1400, 0x1fff), Outcome.TRIM, "planner/alignment"),
                        tuple(range(0x2000, 0x2fff), Outcome.MAP, "s/any"));
    }

    @Test
    void tellsPoliciesWhatThePlanIsFor() {
        var seen = new ArrayList<Candidate.Planning>();
        NamedPolicy curious = policy("c", part -> {
            seen.add(part.planning());
            return Verdict.skip("x", "x");
        });
        new PlanRequests()
                .ram(0, 0xfff)
                .device(device("b", 0x10000))
                .device(device("a", 4096))
                .policy(curious)
                .plan();

        assertThat(seen)
                .containsExactly(new Candidate.Planning(
                        "fake", ALL_ROUTES, "", 0x10000, List.of(device("a", 4096), device("b", 0x10000))));
        assertThat(seen.getFirst().devices()).containsExactly("a", "b");
    }

    private static PlanRequests bar(long start, long last, long offset) {
        return new PlanRequests()
                .of(SectionKind.RAM_DEVICE, start, last, new Backing.DeviceBar("d", 2, offset));
    }

    @Test
    void mapsOfABarWhatItsDeviceHandsOutAndSaysWhyNotTheRest() {
        Plan plan = bar(0x100000, 0x107fff, 0x1000)
                .device(handingOut("d", 2, 0x9000, range(0x2000, 0x3fff), range(0x5000, 0x5fff)))
                .plan();

        assertDecisions(plan)
                .containsExactly(
                        tuple(range(0x100000, 0x100fff), Outcome.SKIP, "planner/no-export"),
                        tuple(range(0x101000, 0x102fff), Outcome.MAP, "all/any"),
                        tuple(range(0x103000, 0x103fff), Outcome.SKIP, "planner/no-export"),
                        tuple(range(0x104000, 0x104fff), Outcome.MAP, "all/any"),
                        tuple(range(0x105000, 0x107fff), Outcome.SKIP, "planner/no-export"));
        assertThat(plan.decisions().getFirst().reason()).isEqualTo("there is a hole");
        assertThat(plan.at(0x101000).orElseThrow().mapping().orElseThrow().backing())
                .isEqualTo(new Backing.DeviceBar("d", 2, 0x2000));
    }

    @Test
    void mapsABarOnlyIfItsDeviceIsPlannedForWhateverAPolicySays() {
        Plan plan = bar(0, 0xfff, 0).device(handingOut("e", 2, 0x1000, range(0, 0xfff))).plan();

        assertDecisions(plan).containsExactly(tuple(range(0, 0xfff), Outcome.SKIP, "planner/no-export"));
        assertThat(plan.decisions().getFirst().reason())
                .isEqualTo("device d is not attached to this address space, so nobody can export its BAR");
    }

    @Test
    void mapsNoBarThatTheDeviceDoesNotHave() {
        Plan other = bar(0, 0xfff, 0).device(handingOut("d", 0, 0x1000, range(0, 0xfff))).plan();
        Plan past = bar(0, 0xfff, 0x1000)
                .device(new DeviceLimits("d", RangeSet.ALL, 4096, List.of(), List.of(
                        new BarExport(2, 0x1000, RangeSet.of(range(0, 0xfff)), ""))))
                .plan();

        assertThat(other.decisions().getFirst().reason()).isEqualTo("device d has no such BAR");
        assertThat(past.decisions().getFirst().reason()).isEqualTo("the BAR ends at 0x1000");
    }
}

package org.pinion.core.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.pinion.core.space.SpaceFixture.OPTIONS;
import static org.pinion.core.space.SpaceFixture.device;
import static org.pinion.core.space.SpaceFixture.pages;
import static org.pinion.core.space.SpaceFixture.ram;
import static org.pinion.core.space.SpaceFixture.rom;
import static org.pinion.core.space.SpaceFixture.view;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.pinion.api.ApartDevice;
import org.pinion.api.Decision;
import org.pinion.api.DeviceLimits;
import org.pinion.api.FlatView;
import org.pinion.api.FlatViewChange;
import org.pinion.api.IommuException;
import org.pinion.api.IovaLimits;
import org.pinion.api.RangeSet;
import org.pinion.api.Route;
import org.pinion.api.Section;
import org.pinion.api.SectionKind;
import org.pinion.core.plan.Goal;
import org.pinion.core.plan.Planned;
import org.pinion.core.plan.Planner;
import org.pinion.core.plan.NamedPolicy;
import org.pinion.core.plan.PlanRequest;
import org.pinion.core.plan.Scope;
import org.pinion.spi.backend.BackendCapabilities;
import org.pinion.spi.policy.Candidate;
import org.pinion.spi.policy.Conflict;
import org.pinion.spi.policy.MappingPolicy;
import org.pinion.spi.policy.Verdict;

class ApartPlansTest {

    private static final BackendCapabilities CAN = new BackendCapabilities(Set.of(Route.values()), 4096, "", "");
    private static final BackendCapabilities CANNOT = new BackendCapabilities(Set.of(Route.values()), 4096, "");

    /** Sets devices apart for RAM, and carves everything else. */
    private static final MappingPolicy APART = new MappingPolicy() {
        @Override
        public Verdict decide(Candidate candidate) {
            return SpaceFixture.MAP_MEMORY.decide(candidate);
        }

        @Override
        public Verdict conflict(Candidate candidate, Conflict conflict) {
            return candidate.section().kind() == SectionKind.RAM
                    ? Verdict.apart("ram", conflict.devices() + " cannot reach RAM", "move it")
                    : Verdict.skip("carve", "it is not RAM");
        }

        @Override
        public boolean looksAtDevices() {
            return false;
        }
    };

    private static final MappingPolicy CARVE = new MappingPolicy() {
        @Override
        public Verdict decide(Candidate candidate) {
            return SpaceFixture.MAP_MEMORY.decide(candidate);
        }

        @Override
        public Verdict conflict(Candidate candidate, Conflict conflict) {
            return Verdict.skip("content", "all can do without");
        }
    };

    private List<NamedPolicy> policies = List.of(new NamedPolicy("p", APART));

    private Planned plan(BackendCapabilities capabilities, Goal goal) throws IommuException {
        PlanMaker planner = (options, able, wanted) -> Planner.plan(
                new PlanRequest(wanted.view(), List.of(), wanted.limits(), policies, options.backend(), able),
                Scope.of(wanted, policies, policies),
                policies);
        return ApartPlans.plan(planner, OPTIONS, capabilities, goal);
    }

    private Planned plan(BackendCapabilities capabilities, FlatView view, DeviceLimits... devices)
            throws IommuException {
        return plan(capabilities, Goal.whole(view, IovaLimits.intersect(4096, List.of(devices))));
    }

    @Test
    void theDeviceThatForbidsAddressesOfRamIsApartAndTheOthersKeepThem() throws IommuException {
        Planned plan = plan(CAN, view(ram(pages(0, 8))), device("a", 4096, pages(2, 1)), device("b", 4096));
        assertThat(plan.plan().limits().apart())
                .extracting(ApartDevice::device, ApartDevice::rule, ApartDevice::withheld)
                .containsExactly(tuple("a", "p/ram", RangeSet.of(pages(2, 1))));
        assertThat(plan.plan().limits().apart("a").orElseThrow().reason())
                .isEqualTo("[a] cannot reach RAM (0x2000-0x2fff is reserved (msi) by a)");
        assertThat(plan.plan().decisions()).extracting(Decision::range).containsExactly(pages(0, 8));
        assertThat(plan.refused()).isFalse();
    }

    @Test
    void whatIsCarvedForADeviceIsNotCarvedForTheOthersOnceItIsApart() throws IommuException {
        FlatView view = view(ram(pages(0, 4)), rom(pages(8, 4)));
        DeviceLimits both = device("a", 4096, pages(2, 1), pages(9, 1));
        assertThat(plan(CAN, view, both).plan().skipped()).isEmpty();
        assertThat(plan(CAN, view(rom(pages(8, 4))), both).plan().limits().apart()).isEmpty();
    }

    @Test
    void aBackendWithOneAddressSpaceRefusesForBothReasons() throws IommuException {
        Planned plan = plan(CANNOT, view(ram(pages(0, 8))), device("a", 4096, pages(2, 1)), device("b", 4096));
        assertThat(plan.plan().limits().apart()).isEmpty();
        assertThat(plan.plan().refusals()).singleElement().satisfies(refusal -> {
            assertThat(refusal.rule()).isEqualTo("p/ram");
            assertThat(refusal.reason()).contains("[a] cannot reach RAM", "no device can be apart here: the backend has");
            assertThat(refusal.remedy()).isEqualTo("move it");
        });
    }

    @Test
    void wherePolicyIsContentToLeaveTheAddressesOutForAllThereIsOneAddressSpace() throws IommuException {
        policies = List.of(new NamedPolicy("p", APART), new NamedPolicy("q", CARVE));
        Planned plan = plan(CAN, view(ram(pages(0, 8))), device("a", 4096, pages(2, 1)));
        assertThat(plan.plan().limits().apart()).isEmpty();
        assertThat(plan.plan().skipped()).extracting(Decision::rule).containsExactly("q/content");
    }

    @Property(tries = 300)
    void whoIsApartDoesNotDependOnThePlansBefore(@ForAll long seed) throws IommuException {
        Random random = new Random(seed);
        TreeMap<String, DeviceLimits> devices = new TreeMap<>();
        Planned planned = Planned.nothing(IovaLimits.intersect(4096, List.of()), List.of("p"));
        for (int step = 0; step < 15; step++) {
            FlatViewChange change = FlatViewChange.NONE;
            switch (random.nextInt(4)) {
                case 0 -> devices.remove("d" + random.nextInt(3));
                case 1 -> attach(devices, "d" + random.nextInt(3), random);
                default -> change = change(planned.plan().view(), random);
            }
            IovaLimits limits = IovaLimits.intersect(4096, devices.values());
            planned = plan(CAN, Goal.change(planned, change, limits));
            Planned whole = plan(CAN, Goal.whole(planned.plan().view(), limits));
            assertThat(planned.plan()).isEqualTo(whole.plan());
            assertThat(planned.refused()).isFalse();
        }
    }

    private static void attach(TreeMap<String, DeviceLimits> devices, String name, Random random) {
        devices.put(name, device(name, 4096, pages(random.nextInt(32), 1), pages(40 + random.nextInt(8), 3)));
    }

    private static FlatViewChange change(FlatView view, Random random) {
        Section old = view.sections().isEmpty() ? null : view.sections().get(random.nextInt(view.sections().size()));
        if (old != null && random.nextBoolean()) {
            return FlatViewChange.NONE.hide(old.range());
        }
        List<Section> fitting = new ArrayList<>();
        for (int first = 0; first < 48; first += 6) {
            Section next = random.nextBoolean() ? ram(pages(first, 5)) : rom(pages(first, 5));
            if (view.sections().in(next.range()).isEmpty()) {
                fitting.add(next);
            }
        }
        return fitting.isEmpty()
                ? FlatViewChange.NONE
                : FlatViewChange.NONE.show(fitting.get(random.nextInt(fitting.size())));
    }
}

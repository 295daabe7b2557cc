package org.pinion.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.core.plan.PlanRequests.ALL_ROUTES;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.BarExport;
import org.pinion.api.DeviceLimits;
import org.pinion.api.FlatView;
import org.pinion.api.FlatViewChange;
import org.pinion.api.IovaLimits;
import org.pinion.api.RangeSet;
import org.pinion.api.ReservedRegion;
import org.pinion.api.Route;
import org.pinion.api.Section;
import org.pinion.api.SectionKind;
import org.pinion.api.Trait;
import org.pinion.core.table.Mappings;
import org.pinion.spi.backend.BackendCapabilities;
import org.pinion.spi.policy.Candidate;
import org.pinion.spi.policy.MappingPolicy;
import org.pinion.spi.policy.Verdict;

/**
 * Whatever changes came one after the other, of the view, of the devices and of those who are asked: the plan is the
 * one that a planner makes which has seen nothing before. In half of the histories all happens at the end of all
 * addresses.
 */
class IncrementalPlanLawsTest {

    private static final long UNIT = 0x400;
    private static final int UNITS = 256;
    private static final List<String> DEVICES = List.of("d0", "d1", "d2", "d3");

    private final BackendCapabilities capabilities =
            new BackendCapabilities(Set.of(Route.values()), 4096, "");

    @Property(tries = 500)
    void aPlanDoesNotDependOnThePlansBefore(@ForAll long seed) {
        Random random = new Random(seed);
        long base = random.nextBoolean() ? 0 : -UNITS * UNIT;
        TreeMap<String, DeviceLimits> devices = new TreeMap<>();
        List<Trait> memory = memory(random, base);
        MappingPolicy policy = policy(random);
        Planned planned = Planned.nothing(limits(devices), List.of("p"));
        for (int step = 0; step < 20; step++) {
            FlatViewChange change = FlatViewChange.NONE;
            switch (random.nextInt(6)) {
                case 0 -> devices.remove(DEVICES.get(random.nextInt(4)));
                case 1 -> attach(devices, random, base);
                case 2 -> policy = policy(random);
                default -> change = change(planned.plan().view(), random, base);
            }
            planned = plan(Goal.change(planned, change, limits(devices)), memory, policy);
            Planned whole = plan(Goal.whole(planned.plan().view(), limits(devices)), memory, policy);

            assertThat(planned.plan()).isEqualTo(whole.plan());
            assertThat(planned.wanted()).isEqualTo(Mappings.wantedBy(whole.plan()));
            assertThat(planned.refused()).isEqualTo(!whole.plan().refusals().isEmpty());
        }
    }

    @Property(tries = 300)
    void whatIsNotSaidToChangeIsTheSameDecision(@ForAll long seed) {
        Random random = new Random(seed);
        TreeMap<String, DeviceLimits> devices = new TreeMap<>();
        attach(devices, random, 0);
        List<Trait> memory = memory(random, 0);
        MappingPolicy policy = policy(random);
        Planned before = plan(Goal.whole(view(random), limits(devices)), memory, policy);
        FlatViewChange change = change(before.plan().view(), random, 0);
        Planned after = plan(Goal.change(before, change, limits(devices)), memory, policy);

        assertThat(after.changedSince(before.edition())).isEqualTo(change.touched());
        for (AddressRange same : change.touched().complement()) {
            assertThat(after.plan().decisions().in(same)).isEqualTo(before.plan().decisions().in(same));
        }
    }

    /** A classifier knows the memory, whichever sections it is asked about. */
    private Planned plan(Goal goal, List<Trait> memory, MappingPolicy policy) {
        List<NamedPolicy> policies = List.of(new NamedPolicy("p", policy));
        Scope scope = Scope.of(goal, policies, policy);
        RangeSet asked = RangeSet.of(scope.sections().stream().map(Section::range).toList());
        List<Trait> traits = memory.stream()
                .filter(trait -> !asked.intersect(trait.range()).isEmpty())
                .toList();
        return Planner.plan(
                new PlanRequest(goal.view(), traits, goal.limits(), policies, "fake", capabilities), scope, policy);
    }

    private static IovaLimits limits(TreeMap<String, DeviceLimits> devices) {
        return IovaLimits.intersect(4096, devices.values());
    }

    private static void attach(TreeMap<String, DeviceLimits> devices, Random random, long base) {
        String name = DEVICES.get(random.nextInt(4));
        List<ReservedRegion> reserved = new ArrayList<>();
        RangeSet usable = random.nextInt(3) == 0
                ? RangeSet.of(new AddressRange(base, base + UNIT * (UNITS - 16) - 1))
                : RangeSet.ALL;
        for (int i = random.nextInt(3); i > 0; i--) {
            AddressRange range = range(random, base, 8);
            usable = usable.minus(RangeSet.of(range));
            if (random.nextBoolean()) {
                reserved.add(new ReservedRegion(range, random.nextBoolean() ? "msi" : "direct"));
            }
        }
        BarExport bar = new BarExport(
                0, 1 << 20, RangeSet.of(AddressRange.ofSize(0, 4096L * (1 + random.nextInt(4)))), "there is a hole");
        long alignment = random.nextInt(4) == 0 ? 8192 : 4096;
        devices.put(name, new DeviceLimits(name, usable, alignment, reserved, List.of(bar)));
    }

    private static FlatView view(Random random) {
        FlatView view = FlatView.EMPTY;
        for (int i = 0; i < 8; i++) {
            view = view.with(change(view, random, 0));
        }
        return view;
    }

    /** Hides what is in the way of some new sections, and now and then more. */
    private static FlatViewChange change(FlatView view, Random random, long base) {
        FlatViewChange change = FlatViewChange.NONE;
        for (int i = random.nextInt(4); i >= 0; i--) {
            AddressRange range = range(random, base, 24);
            for (Section old : view.sections().in(range)) {
                change = change.hide(old.range());
            }
            if (random.nextInt(4) != 0 && change.shown().in(range).isEmpty()) {
                change = change.show(section(random, range));
            }
        }
        return change;
    }

    private static AddressRange range(Random random, long base, int most) {
        int first = random.nextInt(UNITS);
        int count = 1 + random.nextInt(Math.min(most, UNITS - first));
        return AddressRange.ofSize(base + first * UNIT, count * UNIT);
    }

    private static Section section(Random random, AddressRange range) {
        SectionKind kind = SectionKind.values()[random.nextInt(SectionKind.values().length)];
        Backing backing =
                switch (random.nextInt(6)) {
                    case 0 -> Backing.NONE;
                    case 1 -> new Backing.DeviceBar(DEVICES.get(random.nextInt(4)), 0, 0);
                    case 2 -> new Backing.MemoryFile(4, UNIT * random.nextInt(8), 0);
                    default -> new Backing.MemoryFile(3, range.start() & 0xffff_ffffL, 0);
                };
        Access access = random.nextBoolean() ? Access.READ : Access.READ_WRITE;
        return new Section(range, kind, backing, access, "s" + random.nextInt(3), "", Map.of());
    }

    private static List<Trait> memory(Random random, long base) {
        List<Trait> traits = new ArrayList<>();
        for (int i = random.nextInt(16); i > 0; i--) {
            AddressRange range = range(random, base, 64);
            AddressRange odd = new AddressRange(range.start() + random.nextInt(2) * UNIT / 2, range.last());
            traits.add(Trait.of(odd, "t" + random.nextInt(3), "seen").signedBy("c" + random.nextInt(2)));
        }
        return traits;
    }

    /** Half of the policies look at the devices, and say so. */
    private static MappingPolicy policy(Random random) {
        String minds = "t" + random.nextInt(3);
        boolean looks = random.nextBoolean();
        Verdict.Outcome then = PlanRequests.DECISIONS.get(random.nextInt(3));
        return new MappingPolicy() {
            @Override
            public Verdict decide(Candidate part) {
                if (!part.is(minds)) {
                    return Verdict.map(Access.READ_WRITE, ALL_ROUTES, "ok", "it is allowed");
                }
                String who = looks ? " with " + part.planning().devices() : "";
                return switch (then) {
                    case MAP -> Verdict.map(Access.READ, Set.of(Route.FILE), "some", "reading is allowed" + who);
                    case SKIP -> Verdict.skip("skip", "skips " + minds + who);
                    default -> Verdict.refuse("refuse", "refuses " + minds + who, "ask");
                };
            }

            @Override
            public boolean looksAtDevices() {
                return looks;
            }
        };
    }
}

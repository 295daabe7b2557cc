package org.pinion.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.core.plan.PlanRequests.ALL_ROUTES;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.Decision;
import org.pinion.api.DeviceLimits;
import org.pinion.api.FlatView;
import org.pinion.api.IovaLimits;
import org.pinion.api.Mapping;
import org.pinion.api.Plan;
import org.pinion.api.Route;
import org.pinion.api.Section;
import org.pinion.api.SectionKind;
import org.pinion.api.Trait;
import org.pinion.core.table.Mappings;
import org.pinion.spi.backend.BackendCapabilities;
import org.pinion.spi.policy.Verdict;

/** Laws of the planner over random views, traits, devices and policies, all made from one seed. */
class PlannerLawsTest {

    private static final long UNIT = 0x400;

    @Property(tries = 400)
    void everyAddressOfEverySectionIsDecidedExactlyOnce(@ForAll long seed) {
        Plan plan = Planner.plan(request(seed, new Random(0)));

        List<AddressRange> decided = new ArrayList<>();
        for (Section section : plan.view().sections()) {
            long next = section.range().start();
            for (Decision decision : plan.decisions()) {
                if (decision.section() == section) {
                    assertThat(decision.range().start()).isEqualTo(next);
                    next = decision.range().last() + 1;
                    decided.add(decision.range());
                }
            }
            assertThat(next).isEqualTo(section.range().last() + 1);
        }
        assertThat(decided).hasSameSizeAs(plan.decisions()).isSorted();
    }

    @Property(tries = 400)
    void thePlanDoesNotDependOnAnyOrder(@ForAll long seed, @ForAll long order) {
        Plan first = Planner.plan(request(seed, new Random(0)));
        Plan second = Planner.plan(request(seed, new Random(order)));

        assertThat(second).isEqualTo(first);
    }

    @Property(tries = 400)
    void whatIsMappedIsUsableAlignedAndShowsTheSectionsBytes(@ForAll long seed) {
        Plan plan = Planner.plan(request(seed, new Random(0)));
        long alignment = plan.limits().alignment();

        plan.mapped().forEach(decision -> {
            Mapping mapping = decision.mapping().orElseThrow();
            assertThat(mapping.range()).isEqualTo(decision.range());
            assertThat(plan.limits().usable().contains(mapping.range())).isTrue();
            assertThat(mapping.backing())
                    .isEqualTo(decision.section().backingAt(decision.range().start()));
        });
        for (Mapping wanted : Mappings.wantedBy(plan)) {
            assertThat(wanted.range().start() % alignment).isZero();
            assertThat((wanted.range().last() + 1) % alignment).isZero();
            assertThat(wanted.backing().position() % alignment).isZero();
        }
    }

    @Property(tries = 200)
    void neighboursOfOneSectionThatSayTheSameAreJoined(@ForAll long seed) {
        List<Decision> decisions = Planner.plan(request(seed, new Random(0))).decisions();

        for (int i = 1; i < decisions.size(); i++) {
            Decision a = decisions.get(i - 1);
            Decision b = decisions.get(i);
            boolean same = a.section() == b.section()
                    && a.outcome() == b.outcome()
                    && a.rule().equals(b.rule())
                    && a.reason().equals(b.reason())
                    && labels(a).equals(labels(b))
                    && (a.mapping().isEmpty() || a.mapping().get().continuedBy(b.mapping().orElseThrow()));
            assertThat(same).as("%s and %s", a, b).isFalse();
        }
    }

    private static List<String> labels(Decision decision) {
        return decision.traits().stream().map(trait -> trait.label() + trait.by()).toList();
    }

    private static PlanRequest request(long seed, Random order) {
        Random random = new Random(seed);
        List<Section> sections = sections(random);
        List<Trait> traits = traits(random);
        List<DeviceLimits> devices = devices(random);
        List<NamedPolicy> policies = policies(random);
        Collections.shuffle(sections, order);
        Collections.shuffle(traits, order);
        Collections.shuffle(devices, order);
        Collections.shuffle(policies, order);
        return new PlanRequest(
                FlatView.of("random", sections),
                traits,
                IovaLimits.intersect(4096, devices),
                policies,
                "fake",
                new BackendCapabilities(Set.of(Route.FILE, Route.USER), 4096, "no dma-buf"));
    }

    /** Half of the views lie at the upper end of the address space. */
    private static List<Section> sections(Random random) {
        List<Section> sections = new ArrayList<>();
        long next = random.nextBoolean() ? 0 : -64 * UNIT * 4;
        int count = 1 + random.nextInt(8);
        for (int i = 0; i < count; i++) {
            long start = next + UNIT * random.nextInt(3);
            long last = start + UNIT * (1 + random.nextInt(24)) - 1;
            if (Long.compareUnsigned(last, next) < 0) {
                break;
            }
            sections.add(section(random, new AddressRange(start, last)));
            next = last + 1;
            if (next == 0) {
                break;
            }
        }
        return sections;
    }

    private static Section section(Random random, AddressRange range) {
        SectionKind kind = SectionKind.values()[random.nextInt(SectionKind.values().length)];
        Backing backing =
                switch (random.nextInt(5)) {
                    case 0 -> Backing.NONE;
                    case 1 -> new Backing.DeviceBar("0000:00:10.0", 0, 0);
                    case 2 -> new Backing.MemoryFile(4, UNIT * random.nextInt(8), 0);
                    default -> new Backing.MemoryFile(3, range.start() & 0xffff_ffffL, 0);
                };
        Access access = random.nextBoolean() ? Access.READ : Access.READ_WRITE;
        return new Section(range, kind, backing, access, "s", "", Map.of());
    }

    private static List<Trait> traits(Random random) {
        List<Trait> traits = new ArrayList<>();
        int count = random.nextInt(10);
        for (int i = 0; i < count; i++) {
            long base = random.nextBoolean() ? 0 : -64 * UNIT * 4;
            long start = base + UNIT / 2 * random.nextInt(128);
            AddressRange range = new AddressRange(start, start + UNIT / 2 * (1 + random.nextInt(64)) - 1);
            traits.add(Trait.of(range, "t" + random.nextInt(3), "seen").signedBy("c" + random.nextInt(2)));
        }
        return traits;
    }

    private static List<DeviceLimits> devices(Random random) {
        List<DeviceLimits> devices = new ArrayList<>();
        int count = random.nextInt(3);
        for (int i = 0; i < count; i++) {
            long base = random.nextBoolean() ? 0 : -64 * UNIT * 4;
            long start = base + UNIT * random.nextInt(64);
            AddressRange reserved = new AddressRange(start, start + UNIT * (1 + random.nextInt(16)) - 1);
            devices.add(PlanRequests.device("d" + i, 4096L << random.nextInt(3), reserved));
        }
        return devices;
    }

    private static List<NamedPolicy> policies(Random random) {
        List<NamedPolicy> policies = new ArrayList<>();
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            policies.add(policy("p" + i, "t" + random.nextInt(3), PlanRequests.DECISIONS.get(random.nextInt(3))));
        }
        return policies;
    }

    private static NamedPolicy policy(String name, String minds, Verdict.Outcome then) {
        Verdict map = Verdict.map(Access.READ_WRITE, ALL_ROUTES, "ok", name + " allows it");
        Verdict minding =
                switch (then) {
                    case MAP -> Verdict.map(Access.READ, Set.of(Route.FILE), "some", name + " allows reading");
                    case SKIP -> Verdict.skip("skip", name + " skips " + minds);
                    default -> Verdict.refuse("refuse", name + " refuses " + minds, "ask " + name);
                };
        return PlanRequests.policy(name, part -> part.is(minds) ? minding : map);
    }
}

package org.pinion.laws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.FlatView;
import org.pinion.api.HostDevice;
import org.pinion.api.FlatViewChange;
import org.pinion.api.IommuException;
import org.pinion.api.RangeSet;
import org.pinion.api.Section;
import org.pinion.api.SectionKind;
import org.pinion.api.SpaceSnapshot;
import org.pinion.api.SpaceSnapshot.State;
import org.pinion.api.guest.Notification;
import org.pinion.api.guest.Translations;
import org.pinion.core.space.Space;
import org.pinion.core.table.Mappings;

/**
 * Whichever ioctl of a change fails, and however many after it, the space is as it was, or as it should be, or
 * says that it is degraded and exactly what is missing; the next commit heals it, and nothing leaks.
 */
class NothingByHalvesTest {

    /** A window of a virtual IOMMU where no device reserves anything. */
    private static final Section WINDOW = new Section(
            AddressRange.ofSize(64L << 20, 256 * 4096),
            SectionKind.IOMMU,
            Backing.NONE,
            Access.READ_WRITE,
            "intel_iommu",
            "",
            Map.of());

    private static final int[] IN_A_ROW = {1, 1, 2, 3, 1000};

    private long runs;
    private long scenarios;
    private long degraded;
    private long apart;

    /** One change of a space that exists. */
    private interface Change {
        void run(Space space) throws IommuException;
    }

    /** A world, a space in it with something in, and what is to be done to it. */
    private record Scenario(World world, Space space, Change change, String name) {}

    /** Which calls fail, and with which of the possible errors. */
    private record Failing(int from, int count, int errno) {}

    @ParameterizedTest
    @ValueSource(strings = {"iommufd", "vfio"})
    void whicheverCallFailsTheSpaceIsOldOrNewOrSaysWhatIsMissing(String backend) throws IommuException {
        run(backend, false);
    }

    @Test
    void whicheverCallFailsDevicesApartAreWhereTheyWereOrWhereTheyShouldBe() throws IommuException {
        run("iommufd", true);
        assertThat(apart).isGreaterThan(scenarios / 10);
    }

    private void run(String backend, boolean conflicts) throws IommuException {
        long seed = Runs.seed();
        long wanted = Runs.histories() / (conflicts ? 200 : 100);
        for (; scenarios < wanted; scenarios++) {
            sweep(backend, seed + scenarios, conflicts);
        }
        Runs.report("nothing by halves on " + backend, "%d scenarios, %d failures, %d times degraded and healed"
                .formatted(scenarios, runs, degraded), seed);
        assertThat(degraded).isPositive();
    }

    /** Each call in turn, with each error that the kernel can give there. */
    private void sweep(String backend, long seed, boolean conflicts) throws IommuException {
        Random choices = new Random(~seed);
        int ways = 1;
        for (int call = 1; ways > 0; call++) {
            for (int way = 0; way == 0 || way < ways; way++) {
                Scenario scenario = scenario(backend, seed, conflicts);
                int count = IN_A_ROW[choices.nextInt(IN_A_ROW.length)];
                String when = "seed %d, %s, call %d fails".formatted(seed, scenario.name, call);
                ways = fail(scenario, backend, new Failing(call, count, way), choices.nextBoolean(), when);
            }
        }
    }

    /** Runs the scenario of a seed with some calls failing, and says in how many ways the first of them can. */
    private int fail(Scenario scenario, String backend, Failing calls, boolean heal, String what)
            throws IommuException {
        Tap tap = scenario.world.tap();
        SpaceSnapshot old = scenario.space.snapshot();
        tap.fail(calls.from, calls.count, calls.errno);
        boolean failed = failed(scenario);
        tap.stopFailing();
        int failures = tap.failures();
        String when = "%s (%s), %d in all".formatted(what, tap.failed(), failures);
        apart += calls.from > 1 || scenario.space.snapshot().plan().limits().apart().isEmpty() ? 0 : 1;
        if (scenario.space.snapshot().state() != State.CLOSED) {
            // What takes away goes on as far as it can; all else is undone if nothing more fails.
            if (failures == 1 && !Set.of("detach", "close").contains(scenario.name)) {
                assertThat(scenario.space.snapshot().state()).as(when).isEqualTo(State.ACTIVE);
            }
            check(scenario, KernelTable.of(backend, tap), old, failed, heal, when);
        }
        SpaceChecks.close(scenario.space, when);
        assertThat(tap.pinned()).as("%s: bytes left pinned", when).isZero();
        assertThat(tap.open()).as("%s: left open", when).isEmpty();
        runs += failures == 0 ? 0 : 1;
        return tap.ways();
    }

    private static boolean failed(Scenario scenario) {
        try {
            scenario.change.run(scenario.space);
            return false;
        } catch (IommuException failure) {
            assertThat(failure.why()).isNotBlank();
            return true;
        }
    }

    private void check(
            Scenario scenario, KernelTable kernel, SpaceSnapshot old, boolean failed, boolean heal, String when)
            throws IommuException {
        SpaceSnapshot now = scenario.space.snapshot();
        if (now.state() == State.DEGRADED) {
            degraded++;
            SpaceChecks.assertMissingIsExact(now, when);
            kernel.assertHas(now, when);
        } else if (failed) {
            SpaceChecks.assertSame(now, old, when);
        } else {
            assertThat(now.table()).as(when).isEqualTo(Mappings.wantedBy(now.plan()));
        }
        if (heal || now.state() == State.DEGRADED) {
            assertThatCode(() -> SpaceChecks.heal(scenario.space, now.version() % 2 == 0))
                    .as(when)
                    .doesNotThrowAnyException();
            assertHealed(scenario, now, when);
        }
        if (heal && kernel instanceof IoasTable) {
            assertNothingStays(scenario.space, scenario.world.tap(), when);
        } else {
            kernel.assertHasExactly(scenario.space.snapshot(), when);
        }
    }

    private static void assertHealed(Scenario scenario, SpaceSnapshot before, String when) throws IommuException {
        SpaceSnapshot healed = scenario.space.snapshot();
        assertThat(healed.state()).as(when).isEqualTo(State.ACTIVE);
        assertThat(healed.missing()).as(when).isEmpty();
        assertThat(healed.table()).as(when).isEqualTo(Mappings.wantedBy(healed.plan()));
        assertThat(SpaceChecks.addresses(healed)).as(when).isEqualTo(SpaceChecks.addresses(before));
        long bytes = healed.table().stream().mapToLong(mapping -> mapping.range().size()).sum();
        assertThat(healed.ledger().mappedBytes()).as("%s: bytes in the ledger", when).isEqualTo(bytes);
        // What failed to be given back is tried again with the next change: here all sections go and come back.
        scenario.space.commit(FlatView.EMPTY);
        scenario.space.commit(healed.plan().view());
        assertThat(scenario.space.snapshot().table()).as(when).isEqualTo(healed.table());
        assertThat(scenario.space.snapshot().ledger().pinnedBytes())
                .as("%s: pinned bytes in the ledger", when)
                .isEqualTo(scenario.world.tap().pinned());
    }

    /** Without devices and mappings an iommufd has the one address space; what stayed goes with the next changes. */
    private static void assertNothingStays(Space space, Tap tap, String when) throws IommuException {
        for (HostDevice device : space.snapshot().devices()) {
            space.detach(device.address());
        }
        FlatView view = space.snapshot().plan().view();
        space.commit(FlatView.EMPTY);
        space.commit(view);
        boolean changed = !space.snapshot().table().isEmpty();
        space.commit(FlatView.EMPTY);
        if (changed) {
            assertThat(tap.objects()).as("%s: address spaces and page tables", when).isEqualTo(1);
        }
    }

    private static Scenario scenario(String backend, long seed, boolean conflicts) throws IommuException {
        Random random = new Random(seed);
        while (true) {
            long number = random.nextLong();
            World world = conflicts ? World.inConflict(number, 10, 4) : World.of(number, 10, 4);
            List<String> policies =
                    conflicts ? List.of(Stack.APART) : Stack.POLICIES.get(random.nextInt(Stack.POLICIES.size()));
            Space space = Stack.open(world.tap().kernel(), backend, policies);
            try {
                return scenario(world, space, random);
            } catch (IommuException refused) {
                space.close();
            }
        }
    }

    private static Scenario scenario(World world, Space space, Random random) throws IommuException {
        List<String> devices = new ArrayList<>(world.devices());
        Collections.shuffle(devices, random);
        int attached = random.nextInt(devices.size() + 1);
        space.commit(view(world.sections(), random));
        for (String device : devices.subList(0, attached)) {
            space.attach(device);
        }
        return switch (random.nextInt(6)) {
            case 0 -> attached < devices.size()
                    ? new Scenario(world, space, it -> it.attach(devices.get(attached)), "attach")
                    : closing(world, space);
            case 1 -> attached > 0
                    ? new Scenario(world, space, it -> it.detach(devices.getFirst()), "detach")
                    : closing(world, space);
            case 2 -> translating(world, space, random);
            case 3 -> random.nextInt(4) == 0 ? closing(world, space) : committing(world, space, random);
            default -> committing(world, space, random);
        };
    }

    private static Scenario closing(World world, Space space) {
        return new Scenario(world, space, NothingByHalvesTest::closeFailing, "close");
    }

    private static void closeFailing(Space space) throws IommuException {
        space.close();
    }

    private static Scenario committing(World world, Space space, Random random) {
        FlatView next = view(world.sections(), random);
        if (random.nextBoolean()) {
            return new Scenario(world, space, it -> it.commit(next), "commit");
        }
        List<Section> now = space.snapshot().plan().view().sections();
        FlatViewChange change = now.isEmpty() || random.nextBoolean()
                ? new FlatViewChange(RangeSet.ALL, next.sections())
                : changeOf(now.get(random.nextInt(now.size())), random);
        return new Scenario(world, space, it -> it.commit(change), "commit of a change");
    }

    private static Scenario translating(World world, Space space, Random random) throws IommuException {
        FlatView guest = space.snapshot().plan().view();
        space.commit(FlatViewChange.NONE.show(WINDOW));
        Translations translations = new Translations(space, WINDOW, () -> guest);
        translations.apply(notifications(guest.sections(), random));
        List<Notification> batch = notifications(guest.sections(), random);
        return new Scenario(world, space, _ -> translations.apply(batch), "batch of a virtual IOMMU");
    }

    private static List<Notification> notifications(List<Section> guest, Random random) {
        List<Notification> batch = new ArrayList<>();
        for (int i = guest.isEmpty() ? 0 : random.nextInt(12); i > 0; i--) {
            int first = random.nextInt(200);
            AddressRange iova =
                    AddressRange.ofSize(WINDOW.range().start() + first * 4096, (1 + random.nextInt(24)) * 4096);
            long leads = guest.get(random.nextInt(guest.size())).range().start() & -4096;
            boolean wraps = Long.compareUnsigned(leads, -iova.size()) > 0;
            batch.add(wraps || random.nextInt(3) == 0
                    ? Notification.unmap(iova)
                    : Notification.map(iova, leads, random.nextBoolean() ? Access.READ : Access.READ_WRITE));
        }
        return batch;
    }

    private static FlatViewChange changeOf(Section section, Random random) {
        return new FlatViewChange(
                RangeSet.of(section.range()), view(List.of(section), random).sections());
    }

    /** Some of the sections, some cut in two, some with a hole, some moved in their memory. */
    private static FlatView view(List<Section> sections, Random random) {
        List<Section> some = new ArrayList<>();
        for (Section section : sections) {
            switch (random.nextInt(6)) {
                case 0 -> {}
                case 1 -> some.addAll(Sections.split(section, random));
                case 2 -> some.addAll(Sections.holed(section, random));
                case 3 -> some.add(section.withBacking(section.backing().advance(4096)));
                default -> some.add(section);
            }
        }
        return World.view(some);
    }
}

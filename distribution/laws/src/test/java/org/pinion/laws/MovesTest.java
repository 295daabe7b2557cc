package org.pinion.laws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pinion.api.CommitReport;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.Route;
import org.pinion.api.SpaceSnapshot;
import org.pinion.api.SpaceSnapshot.State;
import org.pinion.core.space.Space;
import org.pinion.core.table.Mappings;

/**
 * A space that moves to another backend has the same table there, and back again is what it was; a move that is
 * refused changes nothing; and whichever ioctl of a move fails, and however many after it, the space is here or there,
 * or says exactly what is missing, which the next commit heals. Nothing leaks.
 */
class MovesTest {

    private static final int[] IN_A_ROW = {1, 1, 2, 3, 8, 1000};

    private long moves;
    private long refusals;
    private long runs;
    private long undone;
    private long degraded;

    /** A world, and a space in it with something in. */
    private record Scenario(World world, Space space) {}

    /** Which calls fail, and with which of the possible errors. */
    private record Failing(int from, int count, int errno) {}

    @ParameterizedTest
    @CsvSource({"iommufd, vfio", "vfio, iommufd"})
    void thereTheTableIsTheSameAndBackAgainEverythingIs(String here, String there) throws IommuException {
        long seed = Runs.seed();
        long wanted = Runs.histories() / 200;
        for (long tried = 0; tried < wanted; tried++) {
            thereAndBack(here, there, seed + tried);
        }
        Runs.report("moves from " + here, "%d there and back, %d refused".formatted(moves, refusals), seed);
        assertThat(moves).isGreaterThan(wanted / 4);
        assertThat(refusals).isPositive();
    }

    private void thereAndBack(String here, String there, long seed) throws IommuException {
        Scenario scenario = scenario(here, seed);
        Tap tap = scenario.world.tap();
        SpaceSnapshot before = scenario.space.snapshot();
        String when = "seed %d".formatted(seed);
        try {
            CommitReport report = Stack.move(scenario.space, tap.kernel(), there);
            moves++;
            long bytes = before.table().stream().mapToLong(mapping -> mapping.range().size()).sum();
            assertThat(report.remappedBytes()).as(when).isEqualTo(report.keptBytes()).isEqualTo(bytes);
            assertThere(scenario.space.snapshot(), before, there, when);
            KernelTable.of(there, tap).assertHas(scenario.space.snapshot(), when + ", there");
            Stack.move(scenario.space, tap.kernel(), here);
        } catch (IommuException refused) {
            assertThat(scenario.space.options().backend()).as("%s: %s", when, refused.getMessage()).isEqualTo(here);
            assertThat(refused.why()).isNotBlank();
            refusals++;
        }
        SpaceChecks.assertSame(scenario.space.snapshot(), before, when);
        assertThat(scenario.space.options()).as(when).isEqualTo(before.options());
        assertThat(scenario.space.snapshot().ledger().pinnedBytes()).as(when).isEqualTo(tap.pinned());
        KernelTable.of(here, tap).assertHasExactly(scenario.space.snapshot(), when + ", back");
        end(scenario, when);
    }

    private static void assertThere(SpaceSnapshot now, SpaceSnapshot before, String there, String when) {
        assertThat(now.options().backend()).as(when).isEqualTo(there);
        assertThat(now.state()).as(when).isEqualTo(State.ACTIVE);
        assertThat(byAnyRoute(now)).as(when).isEqualTo(byAnyRoute(before));
        assertThat(SpaceChecks.addresses(now)).as(when).isEqualTo(SpaceChecks.addresses(before));
    }

    private static List<Mapping> byAnyRoute(SpaceSnapshot snapshot) {
        return Mappings.joined(snapshot.table().stream()
                .map(mapping -> new Mapping(mapping.range(), mapping.access(), Route.USER, mapping.backing()))
                .toList());
    }

    private static void end(Scenario scenario, String when) {
        SpaceChecks.close(scenario.space, when);
        assertThat(scenario.world.tap().pinned()).as("%s: bytes left pinned", when).isZero();
        assertThat(scenario.world.tap().open()).as("%s: left open", when).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"iommufd, vfio", "vfio, iommufd"})
    void whicheverCallFailsTheSpaceIsHereOrThereOrSaysWhatIsMissing(String here, String there) throws IommuException {
        long seed = Runs.seed();
        long wanted = Math.max(1, Runs.histories() / 4000);
        for (long tried = 0; tried < wanted; tried++) {
            sweep(here, there, seed + tried);
        }
        Runs.report("moves from " + here + " that fail", "%d failures, %d undone, %d times degraded and healed"
                .formatted(runs, undone, degraded), seed);
        assertThat(undone).isPositive();
        assertThat(degraded).isPositive();
    }

    /** Each call in turn, with each error that the kernel can give there. */
    private void sweep(String here, String there, long seed) throws IommuException {
        Random choices = new Random(~seed);
        int ways = 1;
        for (int call = 1; ways > 0; call++) {
            for (int way = 0; way == 0 || way < ways; way++) {
                Failing calls = new Failing(call, IN_A_ROW[choices.nextInt(IN_A_ROW.length)], way);
                ways = fail(scenario(here, seed), here, there, calls, "seed %d, call %d fails".formatted(seed, call));
            }
        }
    }

    /** Moves the space of a seed with some calls failing, and says in how many ways the first of them can. */
    private int fail(Scenario scenario, String here, String there, Failing calls, String what) throws IommuException {
        Tap tap = scenario.world.tap();
        SpaceSnapshot before = scenario.space.snapshot();
        tap.fail(calls.from, calls.count, calls.errno);
        boolean moved = moved(scenario.space, tap, there);
        tap.stopFailing();
        String when = "%s (%s), %d in all".formatted(what, tap.failed(), tap.failures());
        SpaceSnapshot now = scenario.space.snapshot();
        if (moved) {
            assertThere(now, before, there, when);
        } else if (now.state() == State.DEGRADED) {
            degraded++;
            healed(scenario, before, KernelTable.of(here, tap), when);
        } else {
            undone++;
            SpaceChecks.assertSame(now, before, when);
        }
        KernelTable.of(moved ? there : here, tap).assertHasExactly(scenario.space.snapshot(), when);
        end(scenario, when);
        runs += tap.failures() == 0 ? 0 : 1;
        return tap.ways();
    }

    private static boolean moved(Space space, Tap tap, String there) {
        try {
            Stack.move(space, tap.kernel(), there);
            return true;
        } catch (IommuException failure) {
            assertThat(failure.why()).isNotBlank();
            return false;
        }
    }

    private static void healed(Scenario scenario, SpaceSnapshot before, KernelTable kernel, String when) {
        SpaceSnapshot now = scenario.space.snapshot();
        SpaceChecks.assertMissingIsExact(now, when);
        assertThat(before.devices()).as(when).containsAll(now.devices());
        if (!now.devices().isEmpty()) {
            kernel.assertHas(now, when);
        }
        assertThatCode(() -> SpaceChecks.heal(scenario.space, now.version() % 2 == 0))
                .as(when)
                .doesNotThrowAnyException();
        SpaceSnapshot healed = scenario.space.snapshot();
        assertThat(healed.state()).as(when).isEqualTo(State.ACTIVE);
        SpaceChecks.assertSame(healed, before, when);
    }

    private static Scenario scenario(String backend, long seed) throws IommuException {
        Random random = new Random(seed);
        while (true) {
            World world = World.of(random.nextLong(), 10, 4);
            Space space = Stack.open(
                    world.tap().kernel(), backend, Stack.POLICIES.get(random.nextInt(Stack.POLICIES.size())));
            try {
                fill(world, space, random);
                return new Scenario(world, space);
            } catch (IommuException refused) {
                space.close();
            }
        }
    }

    private static void fill(World world, Space space, Random random) throws IommuException {
        List<String> devices = new ArrayList<>(world.devices());
        Collections.shuffle(devices, random);
        FlatView view = World.view(world.sections());
        space.commit(view);
        for (String device : devices.subList(0, random.nextInt(devices.size() + 1))) {
            space.attach(device);
        }
    }
}

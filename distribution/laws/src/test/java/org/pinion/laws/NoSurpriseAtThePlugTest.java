package org.pinion.laws;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.pinion.api.Forecast;
import org.pinion.api.IommuException;
import org.pinion.api.RefusedException;
import org.pinion.api.SpaceSnapshot;
import org.pinion.core.space.Space;
import org.pinion.core.table.ChangeSet;
import org.pinion.core.table.Differ;
import org.pinion.core.table.Mappings;

/** What is forecast is what an attach then does, also where it is refused; the kernel refuses none. */
class NoSurpriseAtThePlugTest {

    private long pairs;
    private long accepted;
    private long refused;
    private long apart;

    @Test
    void everyAttachDoesWhatWasForecast() throws IommuException {
        long seed = Runs.seed();
        long wanted = Runs.histories() / 10;
        for (long world = 0; pairs < wanted; world++) {
            plug(seed + world);
        }
        Runs.report("no surprise at the plug", "%d pairs of a guest and a device, %d accepted, %d of them apart, %d refused"
                .formatted(pairs, accepted, apart, refused), seed);
        assertThat(accepted).isPositive();
        assertThat(refused).isPositive();
        assertThat(apart).isPositive();
    }

    private void plug(long seed) throws IommuException {
        Random random = new Random(seed);
        OptionalLong memlock =
                random.nextInt(3) == 0 ? OptionalLong.of(random.nextInt(400) * 4096L) : OptionalLong.empty();
        // In some worlds RAM lies where devices cannot reach it, and these are set apart.
        boolean conflicts = random.nextInt(4) == 0;
        World world = conflicts ? World.inConflict(seed, 12, 6, memlock) : World.of(seed, 12, 6, memlock);
        String backend = conflicts ? "iommufd" : Stack.BACKENDS.get(random.nextInt(Stack.BACKENDS.size()));
        List<String> policies =
                conflicts ? List.of(Stack.APART) : Stack.POLICIES.get(random.nextInt(Stack.POLICIES.size()));
        try (Space space = Stack.open(world.tap().kernel(), backend, policies)) {
            world.tap().countPins();
            if (commits(space, world)) {
                for (String device : world.devices()) {
                    plug(world, space, device, "seed " + seed + ", " + device);
                    pairs++;
                }
            }
        }
        assertThat(world.tap().refusedAttaches()).as("seed %d: attaches that the kernel refused", seed).isZero();
    }

    private static boolean commits(Space space, World world) {
        try {
            space.commit(World.view(world.sections()));
            return true;
        } catch (IommuException tooMuch) {
            return false;
        }
    }

    private void plug(World world, Space space, String device, String when) throws IommuException {
        SpaceSnapshot before = space.snapshot();
        Forecast forecast;
        try {
            forecast = space.forecast(before.plan().view(), List.of(), device);
        } catch (IommuException impossible) {
            IommuException failure = failure(space, device);
            assertThat(failure).as(when).isNotNull();
            assertThat(failure.getMessage()).as(when).isEqualTo(impossible.getMessage());
            refused++;
            return;
        }
        long pinned = world.tap().newlyPinned();
        IommuException failure = failure(space, device);
        assertThat(failure == null).as("%s: %s", when, failure).isEqualTo(forecast.accepted());
        if (failure == null) {
            accepted++;
            apart += forecast.plan().limits().apart(device).isPresent() ? 1 : 0;
            assertDone(before, space.snapshot(), forecast, when);
            assertThat(world.tap().newlyPinned() - pinned).as(when).isEqualTo(forecast.newlyPinnedBytes());
        } else {
            refused++;
            assertThat(space.snapshot()).as(when).isSameAs(before);
            if (failure instanceof RefusedException policy) {
                assertThat(policy.plan()).as(when).isEqualTo(forecast.plan());
            }
        }
    }

    private static IommuException failure(Space space, String device) {
        try {
            space.attach(device);
            return null;
        } catch (IommuException failure) {
            return failure;
        }
    }

    private static void assertDone(SpaceSnapshot before, SpaceSnapshot after, Forecast forecast, String when) {
        assertThat(after.plan()).as(when).isEqualTo(forecast.plan());
        ChangeSet changes = Differ.diff(before.table(), after.table(), 1);
        assertThat(Mappings.joined(changes.gone())).as(when).isEqualTo(Mappings.joined(forecast.unmapped()));
        assertThat(Mappings.joined(changes.maps())).as(when).isEqualTo(Mappings.joined(forecast.mapped()));
    }
}

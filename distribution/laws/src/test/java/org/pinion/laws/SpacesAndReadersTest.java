package org.pinion.laws;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.Section;
import org.pinion.api.SpaceSnapshot;
import org.pinion.core.space.Space;
import org.pinion.core.table.Mappings;

/** Spaces do not wait for each other, and whoever reads one sees one state of it, never a mixture of two. */
class SpacesAndReadersTest {

    private static final int READERS = 16;
    private static final int COMMITS = 300;

    /** The other spaces are changed while the kernel has not answered the first. */
    @ParameterizedTest
    @ValueSource(strings = {"iommufd", "vfio"})
    void aSpaceIsChangedWhileTheKernelLetsAnotherWait(String backend) throws Exception {
        World world = acceptable(backend, Runs.seed());
        Gate gate = new Gate(world.tap().behind());
        FlatView view = World.view(world.sections());
        try (ExecutorService threads = Executors.newCachedThreadPool();
                Space waiting = Stack.open(gate.kernel(), backend, List.of("qemu"));
                Space other = Stack.open(world.tap().behind(), backend, List.of("qemu"))) {
            waiting.attach(world.devices().getFirst());
            gate.shut();
            Future<?> stuck = threads.submit(() -> waiting.commit(view));
            try {
                gate.awaitSomebody();
                within(threads, () -> other.commit(view));
                within(threads, () -> other.commit(FlatView.EMPTY));
                assertThat(within(threads, waiting::snapshot).table()).isEmpty();
                assertThat(stuck).isNotDone();
            } finally {
                gate.open();
            }
            stuck.get();
            assertThat(waiting.snapshot().table()).isNotEmpty();
        }
    }

    @Test
    void readersSeeWholeStatesInTheirOrder() throws Exception {
        long seed = Runs.seed();
        World world = acceptable("iommufd", seed);
        AtomicBoolean done = new AtomicBoolean();
        try (ExecutorService threads = Executors.newFixedThreadPool(READERS);
                Space space = Stack.open(world.tap().kernel(), "iommufd", List.of("qemu"))) {
            List<Future<Long>> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                readers.add(threads.submit(() -> read(space, done)));
            }
            try {
                write(space, world, new Random(seed));
            } finally {
                done.set(true);
            }
            long seen = 0;
            for (Future<Long> reader : readers) {
                seen += reader.get();
            }
            Runs.report("readers see whole states", "%d readers looked at %d of %d states"
                    .formatted(READERS, seen, READERS * space.snapshot().version()), seed);
        }
    }

    private static void write(Space space, World world, Random random) throws IommuException {
        String device = world.devices().getFirst();
        for (int i = 0; i < COMMITS; i++) {
            if (i % 10 == 5) {
                space.attach(device);
            } else if (i % 10 == 9) {
                space.detach(device);
            }
            List<Section> some = world.sections().stream().filter(_ -> random.nextBoolean()).toList();
            space.commit(World.view(some));
        }
    }

    private static long read(Space space, AtomicBoolean done) {
        long states = 0;
        SpaceSnapshot last = space.snapshot();
        while (!done.get()) {
            SpaceSnapshot now = space.snapshot();
            assertThat(now.version()).isGreaterThanOrEqualTo(last.version());
            if (now != last) {
                assertWhole(now);
                states++;
            }
            last = now;
        }
        return states;
    }

    private static void assertWhole(SpaceSnapshot now) {
        assertThat(now.state()).isEqualTo(SpaceSnapshot.State.ACTIVE);
        assertThat(now.table()).isEqualTo(Mappings.wantedBy(now.plan()));
        assertThat(now.plan().limits().devices()).hasSameSizeAs(now.devices());
        assertThat(now.ledger().mappedBytes())
                .isEqualTo(now.table().stream().mapToLong(mapping -> mapping.range().size()).sum());
    }

    private static <T> T within(ExecutorService threads, Callable<T> call)
            throws InterruptedException, ExecutionException, TimeoutException {
        return threads.submit(call).get(1, TimeUnit.MINUTES);
    }

    /** The first world whose guest and first device a space takes, and maps something of. */
    private static World acceptable(String backend, long seed) throws IommuException {
        for (long next = seed; ; next++) {
            World world = World.of(next, 40, 1);
            try (Space space = Stack.open(world.tap().behind(), backend, List.of("qemu"))) {
                space.commit(World.view(world.sections()));
                space.attach(world.devices().getFirst());
                if (!space.snapshot().table().isEmpty()) {
                    return world;
                }
            } catch (IommuException refused) {
                continue;
            }
        }
    }
}

package org.pinion.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.pinion.api.AddressSpace;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.Section;
import org.pinion.api.SpaceOptions;
import org.pinion.memory.section.SectionClassifier;
import org.pinion.policy.strict.StrictPolicy;
import org.pinion.spi.backend.BackendType;
import org.pinion.spi.backend.IommuBackend;
import org.pinion.spi.memory.ClassifierName;
import org.pinion.spi.memory.MemoryClassifier;
import org.pinion.spi.policy.MappingPolicy;
import org.pinion.spi.policy.PolicyName;

/**
 * Eight threads commit to sixteen spaces while the backend is updated again and again, and classifiers and policies
 * come and go. {@code -Dpinion.updates=1000} makes it longer.
 */
class UpdatesUnderLoadTest {

    private static final int UPDATES = Integer.getInteger("pinion.updates", 100);
    private static final int SPACES = 16;
    private static final int THREADS = 8;
    private static final int PAGES = 48;
    private static final long REPLACEMENT_MILLIS = 10_000;

    private final EmulatedHost host = new EmulatedHost(SPACES);
    private final MappingLedger ledger = new MappingLedger(host.kernel);
    private final Microkernel core = new Microkernel((Bundle) null, BackendUpdateTest.configuration(REPLACEMENT_MILLIS));
    private final DmaServiceComponent service = new DmaServiceComponent(core);
    private final List<Guest> guests = new ArrayList<>();
    private final Queue<Throwable> surprises = new ConcurrentLinkedQueue<>();
    private final AtomicLong commits = new AtomicLong();
    private final AtomicLong refusals = new AtomicLong();
    private final AtomicLong longestWait = new AtomicLong();
    private EmulatedHost.Memory memory;
    private ServiceReference<IommuBackend> backend;
    private ServiceReference<MemoryClassifier> classifier;
    private ServiceReference<MappingPolicy> policy;
    private volatile boolean ended;

    /** A space, and what was committed to it last. */
    private final class Guest {
        private final AddressSpace space;
        private final long base;
        private Set<Long> committed = Set.of();

        Guest(int number, String backendName) throws IommuException {
            base = (number + 1L) << 32;
            space = service.open(new SpaceOptions("guest" + number, backendName, List.of("strict")));
            space.attach(EmulatedHost.edu(number));
        }

        void commit(Random random) {
            Set<Long> next = new TreeSet<>();
            List<Section> sections = new ArrayList<>();
            // Every second page, so that no mapping joins another and none is ever cut.
            for (int page = 0; page < PAGES; page++) {
                if (random.nextBoolean()) {
                    long iova = base + 2 * page * EmulatedHost.PAGE;
                    next.add(iova);
                    sections.add(memory.at(iova, page * EmulatedHost.PAGE, EmulatedHost.PAGE));
                }
            }
            long began = System.nanoTime();
            try {
                space.commit(FlatView.of("view", sections));
                committed = next;
                commits.incrementAndGet();
            } catch (IommuException failure) {
                boolean waited = System.nanoTime() - began > REPLACEMENT_MILLIS * 900_000L;
                if (failure.why().contains("is being replaced") && waited) {
                    refusals.incrementAndGet();
                } else {
                    surprises.add(failure);
                }
            } catch (RuntimeException | Error thrown) {
                surprises.add(thrown);
            }
            longestWait.accumulateAndGet(System.nanoTime() - began, Math::max);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"iommufd", "vfio"})
    void noMappingIsLostAndNoneIsLeft(String name) throws Exception {
        memory = host.memory(PAGES * EmulatedHost.PAGE);
        startClassifier();
        startPolicy();
        startBackend(name);
        for (int number = 0; number < SPACES; number++) {
            guests.add(new Guest(number, name));
        }
        List<Thread> writers = startWriters();
        long[] nanos = new long[UPDATES];
        for (int update = 0; update < UPDATES; update++) {
            flap(update);
            nanos[update] = update(name);
        }
        ended = true;
        for (Thread writer : writers) {
            writer.join();
        }
        requireTruth();
        report(name, nanos);
        core.stop();
    }

    private List<Thread> startWriters() {
        List<Thread> writers = new ArrayList<>();
        for (int number = 0; number < THREADS; number++) {
            List<Guest> own = List.of(guests.get(2 * number), guests.get(2 * number + 1));
            Random random = new Random(number);
            writers.add(Thread.ofPlatform().start(() -> {
                while (!ended) {
                    own.get(random.nextInt(own.size())).commit(random);
                }
            }));
        }
        return writers;
    }

    private void requireTruth() {
        assertThat(surprises).isEmpty();
        assertThat(ledger.faults()).isEmpty();
        Set<Long> all = new TreeSet<>();
        for (Guest guest : guests) {
            assertThat(guest.space.snapshot().table())
                    .extracting((Mapping mapping) -> mapping.range().start())
                    .containsExactlyElementsOf(guest.committed);
            all.addAll(guest.committed);
        }
        assertThat(new TreeSet<>(ledger.starts())).isEqualTo(all);
    }

    private void report(String name, long[] nanos) {
        Arrays.sort(nanos);
        System.out.printf(
                "%s: %d updates under %d commits, %d of them told that a bundle was being replaced; all spaces writable"
                        + " again after %.1f ms (median), %.1f ms (worst); the longest commit took %.1f ms%n",
                name,
                UPDATES,
                commits.get(),
                refusals.get(),
                millis(nanos[nanos.length / 2]),
                millis(nanos[nanos.length - 1]),
                millis(longestWait.get()));
    }

    private static double millis(long nanos) {
        return nanos / (double) TimeUnit.MILLISECONDS.toNanos(1);
    }

    private long update(String name) {
        long began = System.nanoTime();
        core.unbindBackend(backend);
        startBackend(name);
        while (core.spaces().all().stream().anyMatch(space -> space.succession().waiting())) {
            Thread.yield();
        }
        return System.nanoTime() - began;
    }

    private void flap(int update) {
        switch (update % 4) {
            case 0 -> {
                core.unbindClassifier(classifier);
                startClassifier();
            }
            case 1 -> {
                core.unbindPolicy(policy);
                startPolicy();
            }
            case 2 -> {
                ServiceReference<MemoryClassifier> first = classifier;
                startClassifier();
                core.unbindClassifier(first);
            }
            default -> {
                ServiceReference<MappingPolicy> first = policy;
                startPolicy();
                core.unbindPolicy(first);
            }
        }
    }

    private void startBackend(String name) {
        backend = Registered.updated(BackendType.PROPERTY, name, "1.0.0");
        Registered.backend(core, EmulatedHost.backend(name, ledger.kernel()), backend);
    }

    private void startClassifier() {
        classifier = Registered.updated(ClassifierName.PROPERTY, "section", "1.0.0");
        Registered.classifier(core, new SectionClassifier(), classifier);
    }

    private void startPolicy() {
        policy = Registered.updated(PolicyName.PROPERTY, "strict", "1.0.0");
        Registered.policy(core, new StrictPolicy(), policy);
    }
}

package org.pinion.lab;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.AttachedDevice;
import org.pinion.api.HostMemory;
import org.pinion.api.SpaceSnapshot;

/** Bundles are updated while a device does DMA, and neither the device nor the kernel notices. */
final class SwapTests {

    private static final long BYTES = 1 << 20;
    private static final AddressRange RAM = AddressRange.ofSize(0x10_0000, BYTES);
    private static final int COUNT = 2048;
    private static final int UPDATES = 100;
    private static final int UPDATES_OF_THE_CORE = 10;

    private SwapTests() {}

    static List<AcceptanceTest> on(String backend) {
        return List.of(
                AcceptanceTest.on(backend, "swap-backend",
                        "an edu does DMA through 100 updates of the backend: the right bytes, no fault, and nothing is"
                                + " asked of the kernel",
                        (lab, name) -> through(lab, name, "org.pinion.backend." + name, UPDATES)),
                AcceptanceTest.on(backend, "swap-classifier", "the same through 100 updates of a classifier",
                        (lab, name) -> through(lab, name, "org.pinion.memory.section", UPDATES)),
                AcceptanceTest.on(backend, "swap-core", "the same through 10 updates of the core",
                        (lab, name) -> through(lab, name, "org.pinion.core", UPDATES_OF_THE_CORE)));
    }

    private static void through(Lab lab, String backend, String updated, int updates) throws Exception {
        try (HostMemory memory = lab.memory(BYTES); KernelTap tap = KernelTap.on(lab, backend)) {
            AddressSpace opened = lab.open(backend, "strict");
            try {
                opened.commit(Views.of(Views.ram(RAM, memory, 0)));
                AttachedDevice edu = LastingDevice.of(lab, "lab", opened.attach(Guest.EDU));
                tap.heard();
                nothingChanges(lab, tap, () -> {
                    try (Traffic traffic = new Traffic(edu, memory.segment())) {
                        update(lab, updated, updates, traffic);
                    }
                });
            } finally {
                lab.dma().space("lab").orElseThrow().close();
            }
        }
    }

    /** What happens meanwhile. */
    private interface Meanwhile {
        void run() throws Exception;
    }

    private static void nothingChanges(Lab lab, KernelTap tap, Meanwhile meanwhile) throws Exception {
        SpaceSnapshot before = lab.dma().space("lab").orElseThrow().snapshot();
        long pinned = lab.look().pinned();
        List<String> faults = KernelView.faults();
        meanwhile.run();
        SpaceSnapshot after = lab.dma().space("lab").orElseThrow().snapshot();
        Expect.equal("the table", before.table(), after.table());
        Expect.equal("the version of the table", before.version(), after.version());
        Expect.equal("bytes pinned", pinned, lab.look().pinned());
        Expect.equal("faults in the kernel's log", faults, KernelView.faults());
        Expect.equal("requests that attach, detach, map or unmap", List.of(), tap.heard());
    }

    private static void update(Lab lab, String name, int updates, Traffic traffic) throws Exception {
        UpdatedBundle bundle = UpdatedBundle.of(lab, name);
        long[] nanos = new long[updates];
        for (int update = 0; update < updates; update++) {
            long began = System.nanoTime();
            bundle.update(lab);
            nanos[update] = System.nanoTime() - began;
            traffic.goesOn();
        }
        Arrays.sort(nanos);
        System.err.printf("lab: %d updates of %s: %.1f ms (median), %.1f ms (worst); %d DMAs checked%n",
                updates, name, nanos[updates / 2] / 1e6, nanos[updates - 1] / 1e6, traffic.checked.get());
        Expect.that(traffic.checked.get() >= updates, "only " + traffic.checked + " DMAs were made");
    }

    /** A thread on which the device moves bytes from place to place until it is closed, checked each time. */
    private static final class Traffic implements AutoCloseable {

        private final AtomicBoolean ended = new AtomicBoolean();
        private final AtomicInteger checked = new AtomicInteger();
        private final CompletableFuture<Void> moving;

        Traffic(AttachedDevice device, MemorySegment memory) {
            moving = CompletableFuture.runAsync(
                    () -> move(device, memory), task -> Thread.ofPlatform().name("lab-edu").start(task));
        }

        private void move(AttachedDevice device, MemorySegment memory) {
            try {
                Edu edu = new Edu(device);
                for (int round = 0; !ended.get(); round++) {
                    check(edu, memory, round);
                    checked.incrementAndGet();
                }
            } catch (Exception failure) {
                throw new CompletionException(failure);
            }
        }

        private static void check(Edu edu, MemorySegment memory, int round) throws Exception {
            byte[] pattern = new byte[COUNT];
            new Random(round).nextBytes(pattern);
            memory.asSlice(0, COUNT).copyFrom(MemorySegment.ofArray(pattern));
            edu.read(RAM.start(), COUNT);
            edu.write(RAM.last() - COUNT + 1, COUNT);
            byte[] moved = memory.asSlice(BYTES - COUNT).toArray(ValueLayout.JAVA_BYTE);
            Expect.that(Arrays.equals(pattern, moved), "wrong bytes in DMA " + round);
        }

        /** Waits for another DMA; throws if there is none, or one was wrong. */
        void goesOn() throws Exception {
            int before = checked.get();
            Expect.within(60, () -> "the device does not go on after " + before + " DMAs",
                    () -> moving.isDone() || checked.get() > before);
            if (moving.isDone()) {
                moving.join();
            }
        }

        @Override
        public void close() {
            ended.set(true);
            moving.join();
        }
    }
}

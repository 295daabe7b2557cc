package org.pinion.lab;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.AttachedDevice;
import org.pinion.api.Backing;
import org.pinion.api.DeviceInterrupts;
import org.pinion.api.HostMemory;
import org.pinion.api.InterruptKind;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.RegionMemory;
import org.pinion.api.Route;
import org.pinion.api.Section;
import org.pinion.api.SectionKind;
import org.pinion.api.SpaceSnapshot;
import org.pinion.api.driver.DeviceOwner;

/** A space moves from one of the kernel's interfaces to the other and back, with its devices and its table. */
final class MoveTests {

    private static final long MIB = 1 << 20;
    private static final AddressRange LOW = AddressRange.ofSize(0x10_0000, MIB);
    private static final AddressRange HIGH = AddressRange.ofSize(0x2_0000_0000L, MIB);
    private static final AddressRange BAR_AT = AddressRange.ofSize(0x8000_0000L, 16 * MIB);
    private static final int ROUNDS = 10;
    private static final int COUNT = 2048;
    private static final int CONFIG_SPACE = 7;
    private static final int COMMAND_REGISTER = 4;
    private static final long IN_BAR = 0x3000;
    private static final int MANY_ALLOCATIONS = 10_000;

    private MoveTests() {}

    static List<AcceptanceTest> on(String backend) {
        String other = other(backend);
        return List.of(
                AcceptanceTest.on(backend, "move-edu",
                        "ten times to " + other + " and back: the same table, the same pages pinned, and an edu's DMA"
                                + " is right after each move",
                        MoveTests::edu),
                AcceptanceTest.on(backend, "move-mdev", "the same with an mdev and two edus", MoveTests::withMdev),
                AcceptanceTest.on(backend, "move-refused",
                        "what " + other + " would not map keeps the space where it is, with the reason; the device's"
                                + " DMA goes on",
                        backend.equals("vfio") ? MoveTests::onlyByAddress : MoveTests::onlyByDmaBuf),
                AcceptanceTest.on(backend, "move-bar",
                        "policy qemu: a BAR moves along where both can map it, and a device writes into it after; else"
                                + " the reason is said",
                        MoveTests::bar),
                AcceptanceTest.on(backend, "move-owner",
                        "a driver with registers mapped and interrupts allowed says no, then lets go and begins anew",
                        MoveTests::owner),
                AcceptanceTest.on(backend, "move-halves",
                        "whichever allocation fails in the kernel on the way to " + other
                                + ", the space is here or there, whole",
                        MoveTests::halves));
    }

    private static String other(String backend) {
        return backend.equals("vfio") ? "iommufd" : "vfio";
    }

    private static void edu(Lab lab, String backend) throws Exception {
        thereAndBack(lab, backend, List.of(Guest.EDU));
    }

    private static void withMdev(Lab lab, String backend) throws Exception {
        thereAndBack(lab, backend, List.of(lab.guest().mdev(), Guest.EDU, Guest.SECOND_EDU));
    }

    private static void thereAndBack(Lab lab, String backend, List<String> devices) throws Exception {
        long unpinned = lab.look().pinned();
        List<String> faults = KernelView.faults();
        long[] nanos = new long[2 * ROUNDS];
        try (HostMemory memory = lab.memory(2 * MIB); AddressSpace space = lab.open(backend, "strict")) {
            space.commit(Views.of(Views.ram(LOW, memory, 0), Views.ram(HIGH, memory, MIB)));
            List<Edu> edus = edus(space, devices);
            SpaceSnapshot before = space.snapshot();
            long pinned = lab.look().pinned();
            for (int round = 0; round < nanos.length; round++) {
                String to = round % 2 == 0 ? other(backend) : backend;
                long began = System.nanoTime();
                lab.dma().move("lab", to);
                nanos[round] = System.nanoTime() - began;
                expectSame(before, space.snapshot(), to);
                Expect.equal("bytes pinned in " + to, pinned, lab.look().pinned());
                for (Edu edu : edus) {
                    check(edu, memory.segment(), round);
                }
            }
            Expect.equal("the table after the last", before.table(), space.snapshot().table());
        }
        Arrays.sort(nanos);
        System.err.printf("lab: %d moves: %.1f ms (median), %.1f ms (worst)%n",
                nanos.length, nanos[nanos.length / 2] / 1e6, nanos[nanos.length - 1] / 1e6);
        Expect.equal("faults in the kernel's log", faults, KernelView.faults());
        Expect.equal("bytes pinned after the end", unpinned, lab.look().pinned());
    }

    private static List<Edu> edus(AddressSpace space, List<String> devices) throws IommuException {
        List<Edu> edus = new ArrayList<>();
        for (String device : devices) {
            AttachedDevice attached = space.attach(device);
            if (device.equals(Guest.EDU) || device.equals(Guest.SECOND_EDU)) {
                edus.add(new Edu(attached));
            }
        }
        return edus;
    }

    private static void expectSame(SpaceSnapshot before, SpaceSnapshot now, String backend) {
        Expect.equal("the backend", backend, now.options().backend());
        Expect.equal("the table in " + backend, byAnyRoute(before), byAnyRoute(now));
        Expect.equal("the devices in " + backend, before.devices(), now.devices());
        Expect.equal("the state in " + backend, SpaceSnapshot.State.ACTIVE, now.state());
    }

    private static List<Mapping> byAnyRoute(SpaceSnapshot snapshot) {
        return snapshot.table().stream()
                .map(mapping -> new Mapping(mapping.range(), mapping.access(), Route.USER, mapping.backing()))
                .toList();
    }

    /** The device moves bytes from the first section to the second one. */
    private static void check(Edu edu, MemorySegment memory, int round) throws Exception {
        byte[] pattern = new byte[COUNT];
        new Random(round).nextBytes(pattern);
        memory.asSlice(0, COUNT).copyFrom(MemorySegment.ofArray(pattern));
        edu.read(LOW.start(), COUNT);
        edu.write(HIGH.last() - COUNT + 1, COUNT);
        byte[] moved = memory.asSlice(2 * MIB - COUNT, COUNT).toArray(ValueLayout.JAVA_BYTE);
        Expect.that(Arrays.equals(pattern, moved), "wrong bytes in DMA " + round);
    }

    /** A BAR that is known by the address alone at which it is mapped: type1 follows it, iommufd pins pages. */
    private static void onlyByAddress(Lab lab, String backend) throws Exception {
        try (HostMemory memory = lab.memory(2 * MIB); AddressSpace space = lab.open(backend, "qemu")) {
            Edu edu = new Edu(space.attach(Guest.EDU));
            AttachedDevice shared = space.attach(Guest.SHARED_MEMORY);
            try (RegionMemory bar = shared.map(Guest.SHARED_MEMORY_BAR, AddressRange.ofSize(0, BAR_AT.size()))) {
                Section section = section(new Backing.UserMemory(bar.segment().address()));
                space.commit(Views.of(Views.ram(LOW, memory, 0), Views.ram(HIGH, memory, MIB), section));
                Expect.that(mapped(space), "the BAR is not mapped: " + space.why(BAR_AT.start()).sentences());
                expectStays(lab, space, other(backend), BAR_AT.toString(), "would be left out",
                        "known by its address only", "does not pin for iommufd", "qemu/ram-device-by-address");
                check(edu, memory.segment(), 1);
                space.commit(Views.of(Views.ram(LOW, memory, 0), Views.ram(HIGH, memory, MIB)));
            }
            lab.dma().move("lab", other(backend));
            check(edu, memory.segment(), 2);
        }
    }

    private static Section section(Backing backing) {
        return new Section(BAR_AT, SectionKind.RAM_DEVICE, backing, Access.READ_WRITE, "bar", "", Map.of());
    }

    private static boolean mapped(AddressSpace space) {
        return space.snapshot().table().stream().anyMatch(mapping -> mapping.range().overlaps(BAR_AT));
    }

    private static void expectStays(Lab lab, AddressSpace space, String to, String... words) {
        SpaceSnapshot before = space.snapshot();
        String why = Expect.failure(IommuException.class, () -> lab.dma().move("lab", to)).getMessage();
        System.err.println("lab: " + why);
        Expect.says(why, words);
        Expect.equal("the space after a move that was refused", before, space.snapshot());
    }

    /** Policy strict maps a BAR only by its dma-buf, which a container does not take. */
    private static void onlyByDmaBuf(Lab lab, String backend) throws Exception {
        Section bar = section(new Backing.DeviceBar(Guest.SHARED_MEMORY, Guest.SHARED_MEMORY_BAR, 0));
        try (HostMemory memory = lab.memory(2 * MIB); AddressSpace space = lab.open(backend, "strict")) {
            Edu edu = new Edu(space.attach(Guest.EDU));
            space.attach(Guest.SHARED_MEMORY);
            space.commit(Views.of(Views.ram(LOW, memory, 0), Views.ram(HIGH, memory, MIB), bar));
            if (mapped(space)) {
                expectStays(lab, space, other(backend), BAR_AT.toString(), "would be left out", "strict/device-memory");
            } else {
                Expect.that(!lab.look().givesBars(), "the BAR is not mapped");
                lab.dma().move("lab", other(backend));
            }
            check(edu, memory.segment(), 1);
        }
    }

    private static void bar(Lab lab, String backend) throws Exception {
        Section bar = section(new Backing.DeviceBar(Guest.SHARED_MEMORY, Guest.SHARED_MEMORY_BAR, 0));
        try (HostMemory memory = lab.memory(2 * MIB); AddressSpace space = lab.open(backend, "qemu")) {
            Edu edu = new Edu(space.attach(Guest.EDU));
            AttachedDevice shared = space.attach(Guest.SHARED_MEMORY);
            space.commit(Views.of(Views.ram(LOW, memory, 0), Views.ram(HIGH, memory, MIB), bar));
            if (lab.look().givesBars()) {
                Expect.that(mapped(space), "the BAR is not mapped: " + space.why(BAR_AT.start()).sentences());
                SpaceSnapshot before = space.snapshot();
                for (String to : List.of(other(backend), backend)) {
                    lab.dma().move("lab", to);
                    expectSame(before, space.snapshot(), to);
                    checkBar(edu, shared, memory.segment());
                }
            } else {
                boolean here = backend.equals("vfio");
                Expect.equal("whether the BAR is mapped", here, mapped(space));
                expectStays(lab, space, other(backend), BAR_AT.toString(),
                        here ? "would be left out, since BAR 2" : "would be mapped too, to BAR 2");
            }
            check(edu, memory.segment(), 3);
        }
    }

    private static void checkBar(Edu edu, AttachedDevice shared, MemorySegment memory) throws IommuException {
        byte[] pattern = new byte[COUNT];
        new Random(7).nextBytes(pattern);
        memory.asSlice(0, COUNT).copyFrom(MemorySegment.ofArray(pattern));
        edu.read(LOW.start(), COUNT);
        edu.write(BAR_AT.start() + IN_BAR, COUNT);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment there = arena.allocate(COUNT, Long.BYTES);
            shared.read(Guest.SHARED_MEMORY_BAR, IN_BAR, there);
            Expect.that(Arrays.equals(pattern, there.toArray(ValueLayout.JAVA_BYTE)), "other bytes are in the BAR");
        }
    }

    /** A driver of the edu with its registers mapped and interrupts allowed. */
    private static final class Driver implements DeviceOwner {

        private final AttachedDevice device;
        private final AtomicInteger asked = new AtomicInteger();
        private RegionMemory registers;
        private DeviceInterrupts interrupts;

        Driver(AttachedDevice device) throws IommuException {
            this.device = device;
            begin();
        }

        private void begin() throws IommuException {
            registers = device.map(0, AddressRange.ofSize(0, MIB));
            interrupts = device.allow(InterruptKind.MSI, 1);
        }

        @Override
        public void quiesce(AttachedDevice quiesced, String cause) throws IommuException {
            if (asked.incrementAndGet() == 1) {
                throw new IommuException(cause, "a transfer is not over", "wait for it");
            }
            registers.close();
            interrupts.close();
        }

        @Override
        public void resume(AttachedDevice resumed) {
            try {
                begin();
            } catch (IommuException failure) {
                throw new AssertionError(failure);
            }
        }
    }

    private static void owner(Lab lab, String backend) throws Exception {
        try (HostMemory memory = lab.memory(2 * MIB); AddressSpace space = lab.open(backend, "strict")) {
            space.commit(Views.of(Views.ram(LOW, memory, 0), Views.ram(HIGH, memory, MIB)));
            AttachedDevice device = space.attach(Guest.EDU);
            Edu edu = new Edu(device);
            Driver driver = new Driver(device);
            expectStays(lab, space, other(backend), Guest.EDU, "has something open that would end",
                    "memory of region 0", "MSI interrupts");
            device.ownedBy(driver);
            expectStays(lab, space, other(backend), "does not bring it to rest", "a transfer is not over");
            short command = command(device);
            lab.dma().move("lab", other(backend));
            Expect.equal("the command register", command, command(device));
            Expect.equal("the edu's identification in its registers", 0xed,
                    driver.registers.segment().get(ValueLayout.JAVA_INT, 0) & 0xff);
            check(edu, memory.segment(), 4);
            device.ownedBy(DeviceOwner.NOBODY);
            driver.registers.close();
            driver.interrupts.close();
        }
    }

    private static short command(AttachedDevice device) throws IommuException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment word = arena.allocate(ValueLayout.JAVA_SHORT);
            device.read(CONFIG_SPACE, COMMAND_REGISTER, word);
            return word.get(ValueLayout.JAVA_SHORT, 0);
        }
    }

    private static void halves(Lab lab, String backend) throws Exception {
        String other = other(backend);
        long unpinned = lab.look().pinned();
        try (HostMemory memory = lab.memory(2 * MIB);
                KernelTap tap = KernelTap.on(lab, other);
                FailingAllocations failing = new FailingAllocations(lab.kernel());
                AddressSpace space = lab.open(backend, "strict")) {
            space.commit(Views.of(Views.ram(LOW, memory, 0), Views.ram(HIGH, memory, MIB)));
            Edu edu = new Edu(space.attach(Guest.EDU));
            SpaceSnapshot before = space.snapshot();
            tap.fail(failing);
            int failures = 0;
            boolean failed = true;
            for (int number = 1; failed; number++) {
                Expect.that(number < MANY_ALLOCATIONS, "a move needs more than " + number + " allocations");
                failing.failNth(number);
                boolean moved = moved(lab, other);
                failed = failing.hasFailed();
                failures += moved ? 0 : 1;
                expectSame(before, space.snapshot(), moved ? other : backend);
                if (moved) {
                    lab.dma().move("lab", backend);
                }
            }
            Expect.that(failures > 0, "no allocation failed that a move needed");
            System.err.printf("lab: %d moves to %s failed and were undone%n", failures, other);
            check(edu, memory.segment(), failures);
        }
        Expect.equal("bytes pinned in the end", unpinned, lab.look().pinned());
    }

    private static boolean moved(Lab lab, String to) {
        try {
            lab.dma().move("lab", to);
            return true;
        } catch (IommuException failure) {
            return false;
        }
    }
}

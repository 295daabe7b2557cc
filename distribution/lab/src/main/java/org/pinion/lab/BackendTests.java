package org.pinion.lab;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.AttachedDevice;
import org.pinion.api.Backing;
import org.pinion.api.CommitReport;
import org.pinion.api.Decision;
import org.pinion.api.DirtyLog;
import org.pinion.api.HostMemory;
import org.pinion.api.IommuException;
import org.pinion.api.IommuFacts;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.api.Route;
import org.pinion.api.Section;
import org.pinion.api.SectionKind;

/** What only one of the kernel's two interfaces can, and how the other says that it cannot. */
final class BackendTests {

    private static final long PAGE = 0x1000;
    private static final long BYTES = 0x8000;
    private static final AddressRange RAM = AddressRange.ofSize(0x10_0000, BYTES);
    private static final AddressRange ROM = AddressRange.ofSize(0x20_0000, BYTES);
    private static final AddressRange ALL = AddressRange.ofSize(0, 0x1000_0000);
    private static final AddressRange BAR_AT = AddressRange.ofSize(0x8000_0000L, 16 << 20);
    private static final String IVSHMEM = "0000:00:12.0";
    private static final int BAR = 2;
    private static final long IN_BAR = 0x3000;
    private static final int COUNT = 512;
    private static final int CONFIG_SPACE = 7;
    private static final int COMMAND_REGISTER = 4;
    private static final short MEMORY_OFF = 0;
    private static final short MEMORY_ON = 2;
    private static final Path CONTAINER = Path.of("/dev/vfio/vfio");
    private static final Path ASIDE = Path.of("/dev/vfio/vfio.aside");

    private BackendTests() {}

    static List<AcceptanceTest> on(String backend) {
        List<AcceptanceTest> tests = new ArrayList<>(List.of(
                AcceptanceTest.on(backend, "dirty-pages",
                        "written pages are told as exactly as the IOMMU can, or the reason why not",
                        BackendTests::dirty),
                AcceptanceTest.on(backend, "iommu-facts", "what the IOMMU is", BackendTests::facts),
                AcceptanceTest.on(backend, "cut-remaps",
                        "a section shrinks: the report says what was mapped again, and the rest is reached",
                        BackendTests::cut)));
        if (backend.equals("vfio")) {
            tests.add(AcceptanceTest.on(backend, "bar-by-address",
                    "policy qemu: a DMA into another device's BAR, mapped by address; strict leaves it out",
                    BackendTests::barByAddress));
            tests.add(AcceptanceTest.on(backend, "compat",
                    "the same container interface, served by iommufd: a DMA, and what it cannot in words",
                    BackendTests::compatible));
        }
        return List.copyOf(tests);
    }

    private static void dirty(Lab lab, String backend) throws Exception {
        try (HostMemory memory = lab.memory(2 * BYTES); AddressSpace space = lab.open(backend, "strict")) {
            space.commit(Views.of(
                    Views.ram(RAM, memory, 0), Views.rom(ROM, memory.backing().advance(BYTES), "rom")));
            AttachedDevice device = space.attach(Guest.EDU);
            switch (device.limits().iommu().dirtyPages()) {
                case ALL_WRITABLE -> everythingIsDirty(space, memory);
                case EXACT -> onePageIsDirty(space, device);
                default -> Expect.says(
                        Expect.failure(IommuException.class, space::logDirtyPages).getMessage(),
                        Guest.EDU, "does not tell which pages devices write", "SSADS", "use backend vfio");
            }
        }
    }

    private static void everythingIsDirty(AddressSpace space, HostMemory memory) throws IommuException {
        try (DirtyLog log = space.logDirtyPages()) {
            Expect.that(!log.exact(), "a container tells written pages exactly");
            Expect.equal("what could have been written", RangeSet.of(RAM), log.take(ALL, PAGE));
            Expect.equal("what could have been written since", RangeSet.of(RAM), log.take(ALL, PAGE));
            AddressRange half = AddressRange.ofSize(RAM.start(), BYTES / 2);
            space.commit(Views.of(Views.ram(half, memory, 0)));
            Expect.equal("with what was cut off", RangeSet.of(RAM), log.take(ALL, PAGE));
            Expect.equal("without it", RangeSet.of(half), log.take(ALL, PAGE));
            space.detach(Guest.EDU);
            Expect.equal("after the last device", RangeSet.of(half), log.take(ALL, PAGE));
            Expect.equal("without a device", RangeSet.EMPTY, log.take(ALL, PAGE));
            space.attach(Guest.SECOND_EDU);
            Expect.equal("with another device", RangeSet.of(half), log.take(ALL, PAGE));
        }
    }

    private static void onePageIsDirty(AddressSpace space, AttachedDevice device) throws IommuException {
        Edu edu = new Edu(device);
        try (DirtyLog log = space.logDirtyPages()) {
            Expect.equal("before a write", RangeSet.EMPTY, log.take(ALL, PAGE));
            edu.write(RAM.start() + 2 * PAGE, COUNT);
            RangeSet page = RangeSet.of(AddressRange.ofSize(RAM.start() + 2 * PAGE, PAGE));
            Expect.equal("after a write", page, log.take(ALL, PAGE));
            Expect.equal("once", RangeSet.EMPTY, log.take(ALL, PAGE));
        }
    }

    private static void facts(Lab lab, String backend) throws Exception {
        try (AddressSpace space = lab.open(backend, "strict")) {
            IommuFacts facts = space.attach(Guest.EDU).limits().iommu();
            System.err.println("the IOMMU of " + Guest.EDU + " is " + facts);
            switch (lab.guest().iommu()) {
                case "intel" -> Expect.equal("its kind", "Intel VT-d", facts.type());
                case "amd" -> Expect.equal("its kind", "AMD-Vi", facts.type());
                default -> Expect.that(!facts.type().isEmpty(), "nothing is known of its kind");
            }
            Expect.that(facts.dirtyPages() != IommuFacts.DirtyPages.UNKNOWN, "it is not known whether it tells writes");
            Expect.equal("what an mdev has", IommuFacts.UNKNOWN, space.attach(lab.guest().mdev()).limits().iommu());
        }
    }

    private static void cut(Lab lab, String backend) throws Exception {
        try (HostMemory memory = lab.memory(BYTES); AddressSpace space = lab.open(backend, "strict")) {
            space.commit(Views.of(Views.ram(RAM, memory, 0)));
            Edu edu = new Edu(space.attach(Guest.EDU));
            AddressRange kept = AddressRange.ofSize(RAM.start(), BYTES - PAGE);
            CommitReport report = space.commit(Views.of(Views.ram(kept, memory, 0)));
            Expect.equal("bytes that stay", BYTES - PAGE, report.keptBytes());
            Expect.equal("bytes that were mapped again", cutPinsAnew(lab, backend) ? BYTES - PAGE : 0,
                    report.remappedBytes());
            long pins = BYTES + (cutPinsAnew(lab, backend) ? BYTES - PAGE : 0);
            Expect.equal("bytes pinned on the way", pins, space.snapshot().ledger().newlyPinnedBytes());
            byte[] pattern = fill(memory.segment().asSlice(0, COUNT));
            edu.read(RAM.start(), COUNT);
            edu.write(RAM.start() + 4 * PAGE, COUNT);
            same("what was moved within what stays", pattern, memory.segment().asSlice(4 * PAGE, COUNT));
        }
    }

    /** A container cannot do otherwise; nor can a virtio IOMMU whose page tables know nothing before the attach. */
    private static boolean cutPinsAnew(Lab lab, String backend) {
        return backend.equals("vfio") || !lab.guest().knowsAperturesBeforehand();
    }

    private static void barByAddress(Lab lab, String backend) throws Exception {
        Section bar = new Section(BAR_AT, SectionKind.RAM_DEVICE, new Backing.DeviceBar(IVSHMEM, BAR, 0),
                Access.READ_WRITE, "bar", "", Map.of());
        try (HostMemory memory = lab.memory(BYTES); AddressSpace space = lab.open(backend, "qemu")) {
            Edu edu = new Edu(space.attach(Guest.EDU));
            AttachedDevice owner = space.attach(IVSHMEM);
            long pinned = lab.look().pinned();
            space.commit(Views.of(Views.ram(RAM, memory, 0), bar));
            Decision decision = space.snapshot().plan().at(BAR_AT.start()).orElseThrow();
            Expect.says(decision.reason(), "BAR 2 of " + IVSHMEM, "goes by the address at which it is mapped");
            Expect.equal("its route", Route.USER, decision.mapping().map(Mapping::route).orElse(null));
            Expect.equal("bytes pinned: none of the BAR", pinned + BYTES, lab.look().pinned());
            byte[] pattern = fill(memory.segment().asSlice(0, COUNT));
            edu.read(RAM.start(), COUNT);
            writeIntoBar(edu, owner, IN_BAR, pattern);
            command(owner, MEMORY_OFF);
            Expect.that(!barMapped(space), "the BAR is mapped although its device's memory is off");
            command(owner, MEMORY_ON);
            Expect.that(barMapped(space), "the BAR is not mapped although its device's memory is on");
            writeIntoBar(edu, owner, IN_BAR + PAGE, pattern);
            space.detach(IVSHMEM);
            Expect.that(!barMapped(space), "without its device the BAR is still mapped");
        }
        try (AddressSpace space = lab.open(backend, "strict")) {
            space.attach(IVSHMEM);
            space.commit(Views.of(bar));
            Decision decision = space.snapshot().plan().at(BAR_AT.start()).orElseThrow();
            Expect.equal("what strict makes of it", "strict/device-memory", decision.rule());
        }
    }

    private static void writeIntoBar(Edu edu, AttachedDevice owner, long offset, byte[] pattern)
            throws IommuException {
        edu.write(BAR_AT.start() + offset, COUNT);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment there = arena.allocate(COUNT, Long.BYTES);
            owner.read(BAR, offset, there);
            same("what the other device wrote into the BAR", pattern, there);
        }
    }

    private static void command(AttachedDevice device, short value) throws IommuException {
        try (Arena arena = Arena.ofConfined()) {
            device.write(CONFIG_SPACE, COMMAND_REGISTER, arena.allocateFrom(ValueLayout.JAVA_SHORT, value));
        }
    }

    private static boolean barMapped(AddressSpace space) {
        return space.snapshot().table().stream().anyMatch(mapping -> mapping.range().overlaps(BAR_AT));
    }

    /** {@code /dev/iommu} in place of the container, as a distribution without CONFIG_VFIO_CONTAINER may link it. */
    private static void compatible(Lab lab, String backend) throws Exception {
        Files.move(CONTAINER, ASIDE);
        try {
            Files.createSymbolicLink(CONTAINER, Path.of("/dev/iommu"));
            inCompatibilityMode(lab, backend);
        } finally {
            Files.deleteIfExists(CONTAINER);
            Files.move(ASIDE, CONTAINER);
        }
    }

    private static void inCompatibilityMode(Lab lab, String backend) throws Exception {
        long pinned = lab.look().pinned();
        Section bar = new Section(BAR_AT, SectionKind.RAM_DEVICE, new Backing.DeviceBar(IVSHMEM, BAR, 0),
                Access.READ_WRITE, "bar", "", Map.of());
        try (HostMemory memory = lab.memory(BYTES); AddressSpace space = lab.open(backend, "qemu")) {
            space.commit(Views.of(Views.ram(RAM, memory, 0), bar));
            Edu edu = new Edu(space.attach(Guest.EDU));
            space.attach(IVSHMEM);
            byte[] pattern = fill(memory.segment().asSlice(0, COUNT));
            edu.read(RAM.start(), COUNT);
            edu.write(RAM.start() + 4 * PAGE, COUNT);
            same("what was moved", pattern, memory.segment().asSlice(4 * PAGE, COUNT));
            Expect.equal("bytes pinned", pinned + BYTES, lab.look().pinned());
            Decision decision = space.snapshot().plan().at(BAR_AT.start()).orElseThrow();
            Expect.says(decision.reason(), "iommufd", "takes no BAR by its address");
            Expect.says(Expect.failure(IommuException.class, space::logDirtyPages).getMessage(),
                    "VFIO compatibility mode, which does not tell what devices write");
        }
        Expect.equal("bytes pinned after the end", pinned, lab.look().pinned());
    }

    private static byte[] fill(MemorySegment memory) {
        byte[] pattern = new byte[Math.toIntExact(memory.byteSize())];
        new Random(pattern.length).nextBytes(pattern);
        memory.copyFrom(MemorySegment.ofArray(pattern));
        return pattern;
    }

    private static void same(String what, byte[] expected, MemorySegment actual) {
        byte[] found = actual.toArray(ValueLayout.JAVA_BYTE);
        long difference = MemorySegment.ofArray(expected).mismatch(MemorySegment.ofArray(found));
        Expect.that(difference < 0, what + " differs from byte " + difference + " on");
    }
}

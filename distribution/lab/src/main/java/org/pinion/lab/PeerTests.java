package org.pinion.lab;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.AttachedDevice;
import org.pinion.api.Backing;
import org.pinion.api.FlatView;
import org.pinion.api.HostMemory;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.Route;
import org.pinion.api.Section;
import org.pinion.api.SectionKind;

/** A device writes into another one's memory, a BAR, where the kernel lets it, and never by an address. */
final class PeerTests {

    private static final long MIB = 1 << 20;
    private static final AddressRange RAM = AddressRange.ofSize(0x10_0000, MIB);
    private static final AddressRange BAR_16_MIB = AddressRange.ofSize(0x1_4000_0000L, 16 * MIB);
    private static final AddressRange BAR_1_MIB = AddressRange.ofSize(0x1_6000_0000L, MIB);
    private static final int BAR = 2;
    private static final int CONFIG_SPACE = 7;
    private static final int COMMAND_REGISTER = 4;
    private static final short MEMORY = 2;
    private static final short OFF = 0;
    private static final int COUNT = 2048;
    private static final int STRAY_COUNT = 8;
    private static final int ORDERS = 4;
    private static final long INSIDE = 0x3000;

    private PeerTests() {}

    static List<AcceptanceTest> on(String backend) {
        return List.of(
                AcceptanceTest.on(backend, "p2p-moves-bytes",
                        "edu writes into ivshmem's BAR and reads it, by dma-buf; else the reason is said",
                        PeerTests::movesBytes),
                AcceptanceTest.on(backend, "p2p-orders",
                        "the BAR's device, the other device and the commit in any order: the same table and reasons",
                        PeerTests::orders),
                AcceptanceTest.on(backend, "p2p-memory-off",
                        "while a device's memory is off no other reaches its BAR; when it is on again, it does",
                        PeerTests::memoryOff),
                AcceptanceTest.on(backend, "p2p-reset",
                        "after a reset of the BAR's device the other one reaches the BAR again", PeerTests::reset),
                AcceptanceTest.on(backend, "p2p-no-reset",
                        "a device without a reset of its own is not reset, which is said, and stays in reach",
                        PeerTests::noReset));
    }

    private static void movesBytes(Lab lab, String backend) throws Exception {
        try (HostMemory memory = lab.memory(RAM.size()); AddressSpace space = lab.open(backend, "strict")) {
            space.commit(view(memory, BAR_16_MIB, Guest.SHARED_MEMORY));
            Edu edu = new Edu(space.attach(Guest.EDU));
            AttachedDevice ivshmem = space.attach(Guest.SHARED_MEMORY);
            if (reaches(lab, space, BAR_16_MIB)) {
                write(edu, memory, ivshmem, BAR_16_MIB, "written");
                read(edu, memory, ivshmem, BAR_16_MIB);
            }
        }
    }

    private static void orders(Lab lab, String backend) throws Exception {
        try (HostMemory memory = lab.memory(RAM.size()); KernelTap tap = KernelTap.on(lab, backend)) {
            FlatView view = view(memory, BAR_16_MIB, Guest.SHARED_MEMORY);
            List<Object> first = outcome(lab, backend, view, List.of("commit", Guest.EDU, Guest.SHARED_MEMORY));
            for (List<String> order : List.of(
                    List.of("commit", Guest.SHARED_MEMORY, Guest.EDU),
                    List.of(Guest.EDU, Guest.SHARED_MEMORY, "commit"),
                    List.of(Guest.SHARED_MEMORY, "commit", Guest.EDU))) {
                Expect.equal("the outcome in order " + order, first, outcome(lab, backend, view, order));
            }
            if (backend.equals("iommufd")) {
                nothingElseByAddress(lab, tap.heard());
            }
        }
    }

    /** The RAM is a memory file: where the kernel maps files, a mapping by address could only be the BAR's. */
    private static void nothingElseByAddress(Lab lab, List<String> heard) throws IOException {
        List<String> byAddress = heard.stream().filter(answer -> answer.startsWith("IOAS_MAP:")).toList();
        int commits = lab.look().mapsFiles() ? 0 : ORDERS;
        Expect.equal("requests to map by address", Collections.nCopies(commits, "IOAS_MAP: 0"), byAddress);
    }

    private static List<Object> outcome(Lab lab, String backend, FlatView view, List<String> order)
            throws Exception {
        try (AddressSpace space = lab.open(backend, "strict")) {
            for (String step : order) {
                if (step.equals("commit")) {
                    space.commit(view);
                } else {
                    space.attach(step);
                }
            }
            reaches(lab, space, BAR_16_MIB);
            return List.of(space.snapshot().table(), space.snapshot().plan().decisions());
        }
    }

    private static void memoryOff(Lab lab, String backend) throws Exception {
        try (HostMemory memory = lab.memory(RAM.size()); AddressSpace space = lab.open(backend, "strict")) {
            space.commit(view(memory, BAR_16_MIB, Guest.SHARED_MEMORY));
            Edu edu = new Edu(space.attach(Guest.EDU));
            AttachedDevice ivshmem = space.attach(Guest.SHARED_MEMORY);
            boolean reached = reaches(lab, space, BAR_16_MIB);
            byte[] before = bytes(ivshmem);
            command(ivshmem, OFF);
            Expect.that(mapped(space, BAR_16_MIB).isEmpty(), "the BAR is mapped though its memory is off");
            if (reached) {
                Expect.says(reason(space, BAR_16_MIB), "the memory of " + Guest.SHARED_MEMORY + " is turned off");
                fill(memory, "stray");
                edu.read(RAM.start(), COUNT);
                edu.write(BAR_16_MIB.start() + INSIDE, STRAY_COUNT);
                awaitFault(lab, BAR_16_MIB.start() + INSIDE);
            }
            Expect.says(Expect.failure(IommuException.class, () -> {
                ivshmem.read(BAR, INSIDE, MemorySegment.ofArray(new byte[4]));
                return "bytes";
            }).getMessage(), "its memory is disabled", "command register");
            command(ivshmem, MEMORY);
            Expect.equal("what the BAR holds after its memory was off", List.of(), differing(before, bytes(ivshmem)));
            if (reaches(lab, space, BAR_16_MIB)) {
                write(edu, memory, ivshmem, BAR_16_MIB, "again");
            }
        }
    }

    private static void reset(Lab lab, String backend) throws Exception {
        try (HostMemory memory = lab.memory(RAM.size()); AddressSpace space = lab.open(backend, "strict")) {
            space.commit(view(memory, BAR_1_MIB, Guest.NVME));
            Edu edu = new Edu(space.attach(Guest.EDU));
            AttachedDevice nvme = space.attach(Guest.NVME);
            boolean reached = reaches(lab, space, BAR_1_MIB);
            if (reached) {
                write(edu, memory, nvme, BAR_1_MIB, "before");
            }
            nvme.reset();
            Expect.equal("whether the BAR is mapped after a reset", reached, reaches(lab, space, BAR_1_MIB));
            if (reached) {
                write(edu, memory, nvme, BAR_1_MIB, "after");
            }
        }
    }

    private static void noReset(Lab lab, String backend) throws Exception {
        try (HostMemory memory = lab.memory(RAM.size()); AddressSpace space = lab.open(backend, "strict")) {
            space.commit(view(memory, BAR_16_MIB, Guest.SHARED_MEMORY));
            Edu edu = new Edu(space.attach(Guest.EDU));
            AttachedDevice ivshmem = space.attach(Guest.SHARED_MEMORY);
            Expect.says(Expect.failure(IommuException.class, () -> {
                ivshmem.reset();
                return "done";
            }).getMessage(), "reset " + Guest.SHARED_MEMORY, "EINVAL", "no reset of its own");
            if (reaches(lab, space, BAR_16_MIB)) {
                write(edu, memory, ivshmem, BAR_16_MIB, "after no reset");
            }
        }
    }

    private static FlatView view(HostMemory memory, AddressRange range, String device) {
        return Views.of(Views.ram(RAM, memory, 0), new Section(range, SectionKind.RAM_DEVICE,
                new Backing.DeviceBar(device, BAR, 0), Access.READ_WRITE, "bar", device, Map.of()));
    }

    /** Whether the BAR is mapped: then all of it, by dma-buf; else nothing of it, and the reason is said. */
    private static boolean reaches(Lab lab, AddressSpace space, AddressRange bar) throws IOException {
        List<Mapping> mapped = mapped(space, bar);
        boolean container = space.options().backend().equals("vfio");
        if (!container && lab.look().givesBars()) {
            Expect.equal("mappings of the BAR", List.of(Route.DMA_BUF + " " + bar),
                    mapped.stream().map(mapping -> mapping.route() + " " + mapping.range()).toList());
            return true;
        }
        Expect.equal("mappings of the BAR", List.of(), mapped);
        Expect.says(reason(space, bar), "is mapped by dma-buf or not at all",
                container ? "a VFIO container takes memory by address only" : "IOMMU_IOAS_MAP_FILE");
        return false;
    }

    private static List<Mapping> mapped(AddressSpace space, AddressRange range) {
        return space.snapshot().table().stream().filter(mapping -> mapping.range().overlaps(range)).toList();
    }

    private static String reason(AddressSpace space, AddressRange range) {
        return String.join(" ", space.why(range.start()).sentences());
    }

    /** The device's buffer goes into the BAR, and is read there through the BAR's own device. */
    private static void write(Edu edu, HostMemory memory, AttachedDevice peer, AddressRange bar, String seed)
            throws IommuException {
        byte[] pattern = fill(memory, seed);
        edu.read(RAM.start(), COUNT);
        edu.write(bar.start() + INSIDE, COUNT);
        Expect.equal("bytes in the BAR other than those of the DMA", List.of(), differing(pattern, bytes(peer)));
    }

    private static void read(Edu edu, HostMemory memory, AttachedDevice peer, AddressRange bar) throws IommuException {
        byte[] pattern = new byte[COUNT];
        new Random(COUNT).nextBytes(pattern);
        peer.write(BAR, INSIDE, MemorySegment.ofArray(pattern));
        edu.read(bar.start() + INSIDE, COUNT);
        edu.write(RAM.start(), COUNT);
        Expect.equal("bytes from the BAR other than those in it", List.of(),
                differing(pattern, memory.segment().asSlice(0, COUNT).toArray(ValueLayout.JAVA_BYTE)));
    }

    private static byte[] bytes(AttachedDevice peer) throws IommuException {
        byte[] bytes = new byte[COUNT];
        peer.read(BAR, INSIDE, MemorySegment.ofArray(bytes));
        return bytes;
    }

    /** The offset from which on two arrays differ. */
    private static List<Long> differing(byte[] expected, byte[] actual) {
        long difference = MemorySegment.ofArray(expected).mismatch(MemorySegment.ofArray(actual));
        return difference < 0 ? List.of() : List.of(difference);
    }

    private static byte[] fill(HostMemory memory, String seed) {
        byte[] pattern = new byte[COUNT];
        new Random(seed.hashCode()).nextBytes(pattern);
        memory.segment().copyFrom(MemorySegment.ofArray(pattern));
        return pattern;
    }

    private static void command(AttachedDevice device, short value) throws IommuException {
        try (Arena arena = Arena.ofConfined()) {
            device.write(CONFIG_SPACE, COMMAND_REGISTER, arena.allocateFrom(ValueLayout.JAVA_SHORT, value));
        }
    }

    private static void awaitFault(Lab lab, long iova) throws Exception {
        if (lab.guest().reportsFaults()) {
            Expect.soon("no fault at 0x%x in the kernel's log".formatted(iova),
                    () -> !KernelView.faults(iova).isEmpty());
        }
    }
}

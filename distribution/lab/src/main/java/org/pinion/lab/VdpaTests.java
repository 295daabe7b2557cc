package org.pinion.lab;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.AttachedDevice;
import org.pinion.api.Backing;
import org.pinion.api.HostMemory;
import org.pinion.api.IommuException;
import org.pinion.api.Section;
import org.pinion.api.driver.DmaEngine;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Fcntl;
import org.pinion.linux.Kernel;

/**
 * The sample's backend, dropped into {@code plugins/}, on the kernel's simulated block devices. The simulator either
 * has pages pinned for it or works by address, as its parameter {@code use_va} says, so tests look at that.
 */
final class VdpaTests {

    static final String BACKEND = "vhost-vdpa";
    static final String BUNDLE = "org.example.vhostvdpa";
    static final String FIRST = "vdpa0";
    static final String SECOND = "vdpa1";
    private static final String NODE = "/dev/vhost-vdpa-0";
    private static final String USE_VA = "/sys/module/vdpa_sim/parameters/use_va";
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final long BYTES = 0x40000;
    private static final AddressRange RAM = AddressRange.ofSize(0x10_0000, BYTES);
    private static final AddressRange HIGH = AddressRange.ofSize(0x1_2340_0000L, BYTES);
    private static final int COUNT = 2048;

    private VdpaTests() {}

    static List<AcceptanceTest> all() {
        return List.of(
                test("moves-bytes", "two devices of one space read mapped memory and write it elsewhere: the same"
                        + " bytes", VdpaTests::movesBytes),
                test("after-unmap", "what is unmapped is not reached any more, and again when it is mapped again",
                        VdpaTests::afterUnmap),
                test("read-only", "a device reads a read-only mapping and cannot write it", VdpaTests::readOnly),
                test("empty-table", "with nothing mapped a device reaches nothing, neither before the first mapping"
                        + " nor after the last", VdpaTests::emptyTable),
                test("reset", "what is mapped is reached after a reset as before", VdpaTests::reset),
                test("pins", "the ledger says what each device pins, and all is given back", VdpaTests::pins),
                test("anonymous", "memory that is no shared file is reached or refused, never left out in silence",
                        VdpaTests::anonymous),
                test("cause-memlock", "too much to pin is refused with the number needed", VdpaTests::memlock),
                test("cause-held", "a device that another program has is refused with that reason", VdpaTests::held),
                test("kernel", "the IOTLB answers as the backend counts on", VdpaTests::kernel),
                test("plug", "pinion plug moves bytes through a real guest's memory", VdpaTests::plug));
    }

    private static AcceptanceTest test(String name, String shows, AcceptanceTest.Body body) {
        return new AcceptanceTest("vdpa-" + name, shows, body);
    }

    private static boolean pinning(Lab lab) throws IOException {
        return lab.kernel().readFile(USE_VA).startsWith("N");
    }

    private static Section high(HostMemory memory) {
        return Section.ram(HIGH, memory.backing().advance(BYTES), "high");
    }

    private static Section ram(HostMemory memory) {
        return Views.ram(RAM, memory, 0);
    }

    static DmaEngine engine(AttachedDevice device) throws IommuException {
        DmaEngine engine = device.dmaEngine(DEADLINE).orElseThrow(
                () -> new AssertionError(device.device().address() + " has no DMA engine"));
        Expect.equal("device", "virtio block \"vdpa_blk_sim\"", engine.description());
        return engine;
    }

    private static void movesBytes(Lab lab) throws Exception {
        try (HostMemory memory = lab.memory(2 * BYTES); AddressSpace space = lab.open(BACKEND, "strict")) {
            space.commit(Views.of(ram(memory), high(memory)));
            for (String address : List.of(FIRST, SECOND)) {
                try (DmaEngine engine = engine(space.attach(address))) {
                    byte[] pattern = fill(memory.segment().asSlice(0, COUNT), address);
                    engine.toDevice(RAM.start(), COUNT);
                    engine.fromDevice(HIGH.last() - COUNT + 1, COUNT);
                    same("what " + address + " moved", pattern, memory.segment().asSlice(2 * BYTES - COUNT));
                }
            }
        }
    }

    private static void afterUnmap(Lab lab) throws Exception {
        try (HostMemory memory = lab.memory(2 * BYTES); AddressSpace space = lab.open(BACKEND, "strict")) {
            space.commit(Views.of(ram(memory), high(memory)));
            try (DmaEngine engine = engine(space.attach(FIRST))) {
                byte[] moved = fill(memory.segment().asSlice(0, COUNT), "moved");
                engine.toDevice(RAM.start(), COUNT);
                space.commit(Views.of(ram(memory)));
                byte[] before = fill(memory.segment(), "before");
                engine.fromDevice(HIGH.start(), COUNT);
                same("memory that was unmapped", before, memory.segment());
                space.commit(Views.of(ram(memory), high(memory)));
                engine.fromDevice(HIGH.start(), COUNT);
                same("memory that was mapped again", moved, memory.segment().asSlice(BYTES, COUNT));
            }
        }
    }

    private static void readOnly(Lab lab) throws Exception {
        try (HostMemory memory = lab.memory(2 * BYTES); AddressSpace space = lab.open(BACKEND, "strict")) {
            space.commit(Views.of(ram(memory), Views.rom(HIGH, memory.backing().advance(BYTES), "rom")));
            try (DmaEngine engine = engine(space.attach(FIRST))) {
                byte[] content = fill(memory.segment().asSlice(BYTES), "rom");
                engine.toDevice(HIGH.start(), COUNT);
                engine.fromDevice(RAM.start(), COUNT);
                same("what was read", Arrays.copyOf(content, COUNT), memory.segment().asSlice(0, COUNT));
                byte[] other = fill(memory.segment().asSlice(0, COUNT), "other");
                engine.toDevice(RAM.start(), COUNT);
                engine.fromDevice(HIGH.start(), COUNT);
                same("the ROM", content, memory.segment().asSlice(BYTES));
                same("the RAM", other, memory.segment().asSlice(0, COUNT));
            }
        }
    }

    /** Without a guard the simulator would take an address of this process for an IO virtual address. */
    private static void emptyTable(Lab lab) throws Exception {
        try (HostMemory memory = lab.memory(2 * BYTES); AddressSpace space = lab.open(BACKEND, "strict")) {
            try (DmaEngine engine = engine(space.attach(FIRST))) {
                byte[] before = fill(memory.segment(), "before");
                engine.fromDevice(memory.segment().address(), COUNT);
                same("memory before the first mapping", before, memory.segment());
                space.commit(Views.of(ram(memory)));
                engine.fromDevice(RAM.start(), COUNT);
                Expect.that(!Arrays.equals(before, bytes(memory.segment())), "nothing was written to what is mapped");
                space.commit(Views.of());
                before = fill(memory.segment(), "after");
                engine.fromDevice(memory.segment().address(), COUNT);
                same("memory after the last mapping", before, memory.segment());
            }
        }
    }

    private static void reset(Lab lab) throws Exception {
        try (HostMemory memory = lab.memory(2 * BYTES); AddressSpace space = lab.open(BACKEND, "strict")) {
            AttachedDevice device = space.attach(FIRST);
            space.commit(Views.of(ram(memory), high(memory)));
            device.reset();
            try (DmaEngine engine = engine(device)) {
                byte[] pattern = fill(memory.segment().asSlice(0, COUNT), "reset");
                engine.toDevice(RAM.start(), COUNT);
                engine.fromDevice(HIGH.start(), COUNT);
                same("what was moved", pattern, memory.segment().asSlice(BYTES, COUNT));
            }
        }
    }

    private static void pins(Lab lab) throws Exception {
        long each = pinning(lab) ? BYTES + lab.kernel().pageSize() : 0;
        long before = lab.look().pinned();
        try (HostMemory memory = lab.memory(BYTES); AddressSpace space = lab.open(BACKEND, "strict")) {
            space.commit(Views.of(ram(memory)));
            Expect.equal("pinned without a device", before, lab.look().pinned());
            space.attach(FIRST);
            Expect.equal("pinned for one device", before + each, lab.look().pinned());
            space.attach(SECOND);
            Expect.equal("pinned for two devices", before + 2 * each, lab.look().pinned());
            Expect.equal("ledger", 2 * each, space.snapshot().ledger().pinnedBytes());
            space.detach(FIRST);
            Expect.equal("pinned after a detach", before + each, lab.look().pinned());
        }
        Expect.equal("pinned in the end", before, lab.look().pinned());
    }

    private static void anonymous(Lab lab) throws Exception {
        try (Memory memory = Memory.anonymous(lab.kernel()); AddressSpace space = lab.open(BACKEND, "strict")) {
            Section section = Section.ram(AddressRange.ofSize(RAM.start(), memory.size()),
                    new Backing.UserMemory(memory.address()), "anonymous");
            space.commit(Views.of(section));
            if (pinning(lab)) {
                try (DmaEngine engine = engine(space.attach(FIRST))) {
                    MemorySegment bytes = MemorySegment.ofAddress(memory.address()).reinterpret(memory.size());
                    byte[] pattern = fill(bytes.asSlice(0, COUNT), "anonymous");
                    engine.toDevice(RAM.start(), COUNT);
                    engine.fromDevice(RAM.start() + COUNT, COUNT);
                    same("what was moved", pattern, bytes.asSlice(COUNT, COUNT));
                }
            } else {
                IommuException refused = Expect.failure(IommuException.class, () -> space.attach(FIRST));
                Expect.says(refused.getMessage(), "works by address", "no shared mapping of a file", "remedy");
            }
        }
    }

    private static void memlock(Lab lab) throws Exception {
        if (!pinning(lab)) {
            return;
        }
        String mtree = Pinion.memoryTree(16 << 20).toString();
        try (Permissions permissions = new Permissions()) {
            permissions.set(Path.of(NODE), "rw-rw-rw-");
            Pinion.Result result = Pinion.ofNobody(lab, 8 << 20)
                    .run("plug", mtree, "--backend", BACKEND, "--device", FIRST)
                    .expectExitCode(1);
            Expect.says(result.err(), "more bytes are to be pinned", "the limit on locked memory leaves", "ulimit -l");
        }
    }

    private static void held(Lab lab) throws Exception {
        Kernel kernel = lab.kernel();
        int fd = ErrnoException.check("open " + NODE, kernel.open(NODE, Fcntl.O_RDWR | Fcntl.O_CLOEXEC));
        try (AddressSpace space = lab.open(BACKEND, "strict")) {
            IommuException refused = Expect.failure(IommuException.class, () -> space.attach(FIRST));
            Expect.says(refused.getMessage(), "EBUSY", "has " + NODE + " open", "fuser");
        } finally {
            kernel.close(fd);
        }
    }

    /** The messages one by one, without the backend. */
    private static void kernel(Lab lab) throws Exception {
        Kernel kernel = lab.kernel();
        int fd = ErrnoException.check("open " + NODE, kernel.open(NODE, Fcntl.O_RDWR | Fcntl.O_CLOEXEC));
        try (HostMemory memory = lab.memory(BYTES); Arena arena = Arena.ofConfined()) {
            long address = memory.segment().address();
            List<Long> answers = new ArrayList<>();
            answers.add(send(kernel, fd, arena, 2, 0x10000, 0x4000, address));
            kernel.ioctl(fd, 0xaf01, 0L);
            answers.add(send(kernel, fd, arena, 3, 0x10000, 0x4000, 0));
            answers.add(send(kernel, fd, arena, 2, 0x10000, 0x4000, address));
            answers.add(send(kernel, fd, arena, 2, 0x13000, 0x1000, address));
            answers.add(send(kernel, fd, arena, 2, 0x20000, 0, address));
            answers.add(send(kernel, fd, arena, 2, -0x1000, 0x2000, address));
            answers.add(send(kernel, fd, arena, 2, -0x1000, 0x1000, address));
            answers.add(send(kernel, fd, arena, 3, 0x13000, 0x1000, 0));
            answers.add(send(kernel, fd, arena, 2, 0x13000, 0x1000, address));
            answers.add(pinning(lab) ? 72L : send(kernel, fd, arena, 2, 0x10000, 0x3000, address));
            answers.add(send(kernel, fd, arena, 9, 0x10000, 0x4000, address));
            // No owner; no table yet; in; overlap; empty; past 2^64; the last page; a part goes and takes the whole
            // entry, of which there is one for each piece of contiguous memory if pages are pinned; no such message.
            Expect.equal("answers", List.of(-14L, -14L, 72L, -14L, -22L, -14L, 72L, 72L, 72L, 72L, -14L), answers);
        } finally {
            kernel.close(fd);
        }
    }

    private static long send(Kernel kernel, int fd, Arena arena, int type, long iova, long size, long address) {
        MemorySegment message = arena.allocate(72, 8);
        message.set(ValueLayout.JAVA_INT, 0, 2);
        message.set(ValueLayout.JAVA_LONG, 8, iova);
        message.set(ValueLayout.JAVA_LONG, 16, size);
        message.set(ValueLayout.JAVA_LONG, 24, address);
        message.set(ValueLayout.JAVA_BYTE, 32, (byte) 3);
        message.set(ValueLayout.JAVA_BYTE, 33, (byte) type);
        return kernel.write(fd, message);
    }

    private static void plug(Lab lab) throws Exception {
        String mtree = lab.guest().captures().resolve("q35-p2p.mtree").toString();
        String said = Pinion.of(lab)
                .run("plug", mtree, "--backend", BACKEND, "--json", "--device", FIRST, "--device", SECOND)
                .expectExitCode(0)
                .out();
        Expect.says(said, "\"kernel\" : \"native\"", "vdpa_blk_sim", "\"backend\" : \"vhost-vdpa\"");
    }

    static byte[] fill(MemorySegment memory, Object seed) {
        byte[] pattern = new byte[Math.toIntExact(memory.byteSize())];
        new Random(seed.hashCode()).nextBytes(pattern);
        memory.copyFrom(MemorySegment.ofArray(pattern));
        return pattern;
    }

    private static byte[] bytes(MemorySegment memory) {
        return memory.toArray(ValueLayout.JAVA_BYTE);
    }

    static void same(String what, byte[] expected, MemorySegment actual) {
        long difference = MemorySegment.ofArray(expected).mismatch(actual);
        Expect.that(difference < 0, what + " differs from byte " + difference + " on");
    }
}

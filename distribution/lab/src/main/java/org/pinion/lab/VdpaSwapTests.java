package org.pinion.lab;

import java.util.List;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.AttachedDevice;
import org.pinion.api.HostMemory;
import org.pinion.api.IommuException;
import org.pinion.api.Section;
import org.pinion.api.SpaceSnapshot;
import org.pinion.api.driver.DmaEngine;

/** The sample's bundle is updated while a space of its backend is open, and the kernel does not notice. */
final class VdpaSwapTests {

    private static final long BYTES = 0x40000;
    private static final AddressRange RAM = AddressRange.ofSize(0x10_0000, BYTES);
    private static final AddressRange HIGH = AddressRange.ofSize(0x1_2340_0000L, BYTES);
    private static final int COUNT = 2048;
    private static final int UPDATES = 20;

    private VdpaSwapTests() {}

    static List<AcceptanceTest> all() {
        return List.of(
                new AcceptanceTest("vdpa-update",
                        "through 20 updates of the plugin two devices keep what is mapped: not one request or message,"
                                + " the same pages pinned, the right bytes; commits go on",
                        VdpaSwapTests::update),
                new AcceptanceTest("vdpa-update-under-way",
                        "an update while a virtqueue is driven leaves the space where it is and says so; the device"
                                + " goes on, and so does the space when it is told to",
                        VdpaSwapTests::underWay));
    }

    private static Section ram(HostMemory memory) {
        return Views.ram(RAM, memory, 0);
    }

    private static Section high(HostMemory memory) {
        return Views.ram(HIGH, memory, BYTES);
    }

    private static void update(Lab lab) throws Exception {
        try (HostMemory memory = lab.memory(2 * BYTES);
                KernelTap tap = KernelTap.on(lab, VdpaTests.BACKEND);
                AddressSpace space = lab.open(VdpaTests.BACKEND, "strict")) {
            space.commit(Views.of(ram(memory)));
            List<AttachedDevice> devices = List.of(space.attach(VdpaTests.FIRST), space.attach(VdpaTests.SECOND));
            UpdatedBundle plugin = UpdatedBundle.of(lab, VdpaTests.BUNDLE);
            for (int update = 0; update < UPDATES; update++) {
                nothingChanges(lab, space, tap, plugin);
                moves(devices.get(update % devices.size()), memory, RAM.last() - COUNT + 1, BYTES - COUNT, update);
            }
            commitsGoOn(space, tap, devices, memory);
        }
    }

    private static void nothingChanges(Lab lab, AddressSpace space, KernelTap tap, UpdatedBundle plugin)
            throws Exception {
        SpaceSnapshot before = space.snapshot();
        long pinned = lab.look().pinned();
        tap.heard();
        plugin.update(lab);
        Expect.equal("requests and messages", List.of(), tap.heard());
        Expect.equal("bytes pinned", pinned, lab.look().pinned());
        Expect.equal("the table", before.table(), space.snapshot().table());
        Expect.equal("the version of the table", before.version(), space.snapshot().version());
        Expect.equal("the ledger of pins", before.ledger().pinnedBytes(), space.snapshot().ledger().pinnedBytes());
    }

    private static void commitsGoOn(AddressSpace space, KernelTap tap, List<AttachedDevice> devices, HostMemory memory)
            throws Exception {
        tap.heard();
        space.commit(Views.of(ram(memory), high(memory)));
        Expect.that(tap.heard().contains("message: 72"), "the kernel has not heard of what was mapped");
        for (AttachedDevice device : devices) {
            moves(device, memory, HIGH.start(), BYTES, device.device().address());
        }
        space.commit(Views.of(high(memory)));
        byte[] before = VdpaTests.fill(memory.segment().asSlice(0, BYTES), "unmapped");
        for (AttachedDevice device : devices) {
            try (DmaEngine engine = VdpaTests.engine(device)) {
                engine.fromDevice(RAM.start(), COUNT);
            }
        }
        VdpaTests.same("memory that was unmapped", before, memory.segment().asSlice(0, BYTES));
    }

    /** From the beginning of RAM to another address, which shows the memory at an offset. */
    private static void moves(AttachedDevice device, HostMemory memory, long to, long offset, Object seed)
            throws Exception {
        try (DmaEngine engine = VdpaTests.engine(device)) {
            move(engine, memory, to, offset, seed);
        }
    }

    private static void move(DmaEngine engine, HostMemory memory, long to, long offset, Object seed)
            throws Exception {
        byte[] pattern = VdpaTests.fill(memory.segment().asSlice(0, COUNT), seed);
        engine.toDevice(RAM.start(), COUNT);
        engine.fromDevice(to, COUNT);
        VdpaTests.same("what the device moved", pattern, memory.segment().asSlice(offset, COUNT));
    }

    private static void underWay(Lab lab) throws Exception {
        try (HostMemory memory = lab.memory(2 * BYTES);
                AddressSpace space = lab.open(VdpaTests.BACKEND, "strict")) {
            space.commit(Views.of(ram(memory)));
            AttachedDevice device = space.attach(VdpaTests.FIRST);
            UpdatedBundle plugin = UpdatedBundle.of(lab, VdpaTests.BUNDLE);
            try (DmaEngine engine = VdpaTests.engine(device)) {
                plugin.update();
                Expect.says(space.snapshot().backendAway(), "a DMA check of " + VdpaTests.FIRST + " is under way");
                move(engine, memory, RAM.last() - COUNT + 1, BYTES - COUNT, "under way");
            }
            Expect.soon("the space has no backend", () -> goesOn(lab, space));
            space.commit(Views.of(ram(memory), high(memory)));
            moves(device, memory, HIGH.start(), BYTES, "afterwards");
        }
    }

    /** Passes the space to the backend that is there now, if it is there. */
    private static boolean goesOn(Lab lab, AddressSpace space) {
        try {
            lab.dma().adopt("lab");
        } catch (IommuException notYet) {
            return false;
        }
        return space.snapshot().backendAway().isEmpty();
    }
}

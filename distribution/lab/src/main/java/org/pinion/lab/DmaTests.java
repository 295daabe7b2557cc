package org.pinion.lab;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.HostMemory;
import org.pinion.api.Section;

/** A device moves bytes where it may, and nowhere else. */
final class DmaTests {

    private static final long RAM_BYTES = 0x40000;
    private static final long ROM_BYTES = 0x4000;
    private static final long MUCH = 32 << 20;
    private static final AddressRange RAM = AddressRange.ofSize(0x10_0000, RAM_BYTES);
    private static final AddressRange HIGH_RAM = AddressRange.ofSize(0x1_2340_0000L, RAM_BYTES);
    private static final AddressRange ROM = AddressRange.ofSize(0x20_0000, ROM_BYTES);
    private static final int COUNT = 2048;
    /** So few that the kernel reports the faults of all tests: a virtio IOMMU has one for each four bytes. */
    private static final int STRAY_COUNT = 8;

    private DmaTests() {}

    static List<AcceptanceTest> on(String backend) {
        return List.of(
                AcceptanceTest.on(backend, "dma-moves-bytes",
                        "edu reads mapped memory and writes it elsewhere: the same bytes", DmaTests::movesBytes),
                AcceptanceTest.on(backend, "dma-unmapped-faults",
                        "a DMA to an address that is not mapped is a fault in the kernel's log and changes nothing",
                        DmaTests::unmappedFaults),
                AcceptanceTest.on(backend, "dma-read-only",
                        "a device reads a read-only mapping and cannot write it", DmaTests::readOnly),
                AcceptanceTest.on(backend, "dma-after-unmap",
                        "a commit without the section, and the device no longer reaches its memory",
                        DmaTests::afterUnmap),
                AcceptanceTest.on(backend, "dma-gives-back",
                        "a closed space leaves no page pinned and no page table of an IOMMU", DmaTests::givesBack));
    }

    private static void movesBytes(Lab lab, String backend) throws Exception {
        try (HostMemory memory = lab.memory(2 * RAM_BYTES); AddressSpace space = lab.open(backend, "strict")) {
            space.commit(Views.of(ram(memory), Section.ram(HIGH_RAM, memory.backing().advance(RAM_BYTES), "high")));
            for (String address : List.of(Guest.EDU, Guest.SECOND_EDU)) {
                Edu edu = new Edu(space.attach(address));
                byte[] pattern = fill(memory.segment().asSlice(0, COUNT), address);
                edu.read(RAM.start(), COUNT);
                edu.write(HIGH_RAM.last() - COUNT + 1, COUNT);
                byte[] moved = memory.segment().asSlice(2 * RAM_BYTES - COUNT).toArray(ValueLayout.JAVA_BYTE);
                sameBytes("what " + address + " moved from " + RAM + " to " + HIGH_RAM, pattern, moved);
            }
        }
    }

    private static void unmappedFaults(Lab lab, String backend) throws Exception {
        long outside = 0x7654_3000L;
        try (HostMemory memory = lab.memory(RAM_BYTES); AddressSpace space = lab.open(backend, "strict")) {
            space.commit(Views.of(ram(memory)));
            Edu edu = new Edu(space.attach(Guest.EDU));
            // Other bytes than those in memory are in the device's buffer, so that a stray write would show.
            edu.read(RAM.start(), COUNT);
            byte[] before = fill(memory.segment(), outside);
            edu.write(outside, STRAY_COUNT);
            awaitFault(lab, outside);
            sameBytes("mapped memory after a DMA elsewhere", before, bytes(memory));
        }
    }

    private static void readOnly(Lab lab, String backend) throws Exception {
        try (HostMemory memory = lab.memory(RAM_BYTES + ROM_BYTES); AddressSpace space = lab.open(backend, "strict")) {
            Section rom = Views.rom(ROM, memory.backing().advance(RAM_BYTES), "rom");
            space.commit(Views.of(ram(memory), rom));
            Edu edu = new Edu(space.attach(Guest.EDU));
            byte[] content = fill(memory.segment().asSlice(RAM_BYTES), "rom");
            edu.read(ROM.start(), COUNT);
            edu.write(RAM.start(), COUNT);
            sameBytes("what the device read from the ROM",
                    Arrays.copyOf(content, COUNT), memory.segment().asSlice(0, COUNT).toArray(ValueLayout.JAVA_BYTE));
            fill(memory.segment().asSlice(0, COUNT), "other bytes");
            edu.read(RAM.start(), COUNT);
            // Not the page that was read: QEMU reports no fault where its IOTLB knows the page.
            edu.write(ROM.start() + lab.kernel().pageSize(), STRAY_COUNT);
            awaitFault(lab, ROM.start() + lab.kernel().pageSize());
            sameBytes("the ROM after a DMA to it",
                    content, memory.segment().asSlice(RAM_BYTES).toArray(ValueLayout.JAVA_BYTE));
        }
    }

    private static void afterUnmap(Lab lab, String backend) throws Exception {
        try (HostMemory memory = lab.memory(2 * RAM_BYTES); AddressSpace space = lab.open(backend, "strict")) {
            Section high = Section.ram(HIGH_RAM, memory.backing().advance(RAM_BYTES), "high");
            space.commit(Views.of(ram(memory), high));
            Edu edu = new Edu(space.attach(Guest.EDU));
            fill(memory.segment(), "first");
            edu.read(RAM.start(), COUNT);
            edu.write(HIGH_RAM.start(), COUNT);
            space.commit(Views.of(ram(memory)));
            byte[] before = fill(memory.segment(), "second");
            edu.write(HIGH_RAM.start(), STRAY_COUNT);
            awaitFault(lab, HIGH_RAM.start());
            sameBytes("memory that was unmapped", before, bytes(memory));
            space.commit(Views.of(ram(memory), high));
            edu.read(RAM.start(), COUNT);
            edu.write(HIGH_RAM.start(), COUNT);
            sameBytes("memory that was mapped again",
                    memory.segment().asSlice(0, COUNT).toArray(ValueLayout.JAVA_BYTE),
                    memory.segment().asSlice(RAM_BYTES, COUNT).toArray(ValueLayout.JAVA_BYTE));
        }
    }

    private static void givesBack(Lab lab, String backend) throws Exception {
        KernelView kernel = lab.look();
        long pinned = kernel.pinned();
        long tables = kernel.iommuPageTables();
        try (HostMemory memory = lab.memory(MUCH); AddressSpace space = lab.open(backend, "strict")) {
            space.commit(Views.of(Section.ram(AddressRange.ofSize(0, MUCH), memory.backing(), "much")));
            Expect.equal("bytes pinned before a device is attached", pinned, kernel.pinned());
            space.attach(Guest.EDU);
            Expect.equal("bytes pinned with a device attached", pinned + MUCH, kernel.pinned());
            if (lab.guest().keepsPageTables()) {
                Expect.soon("no page table of an IOMMU was made", () -> kernel.iommuPageTables() > tables);
            }
            space.detach(Guest.EDU);
            Expect.equal("bytes pinned after the detach", pinned, kernel.pinned());
        }
        Expect.soon("page tables of the IOMMU are left", () -> kernel.iommuPageTables() <= tables);
    }

    private static Section ram(HostMemory memory) {
        return Views.ram(RAM, memory, 0);
    }

    private static byte[] bytes(HostMemory memory) {
        return memory.segment().toArray(ValueLayout.JAVA_BYTE);
    }

    private static byte[] fill(MemorySegment memory, Object seed) {
        byte[] pattern = new byte[Math.toIntExact(memory.byteSize())];
        new Random(seed.hashCode()).nextBytes(pattern);
        memory.copyFrom(MemorySegment.ofArray(pattern));
        return pattern;
    }

    private static void sameBytes(String what, byte[] expected, byte[] actual) {
        long difference = MemorySegment.ofArray(expected).mismatch(MemorySegment.ofArray(actual));
        Expect.that(difference < 0, what + " differs from byte " + difference + " on");
    }

    private static void awaitFault(Lab lab, long iova) throws Exception {
        if (lab.guest().reportsFaults()) {
            Expect.soon("no fault at 0x%x in the kernel's log".formatted(iova),
                    () -> !KernelView.faults(iova).isEmpty());
        }
    }
}

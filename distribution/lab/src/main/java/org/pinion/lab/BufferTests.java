package org.pinion.lab;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.IommuException;
import org.pinion.api.driver.DmaBuffer;
import org.pinion.api.driver.DmaBuffers;

/** Buffers for a driver in Java: in reach of its device until they are closed, or their address space is. */
final class BufferTests {

    private static final long MIB = 1 << 20;
    private static final long HUGE_PAGE = 2 * MIB;
    private static final int HUGE_PAGES = 8;
    private static final AddressRange WINDOW = AddressRange.ofSize(0x1000_0000, 64 * MIB);
    private static final AddressRange OVER_MSI = new AddressRange(0xfede_0000L, 0xfeff_ffffL);
    private static final int COUNT = 2048;

    private BufferTests() {}

    static List<AcceptanceTest> on(String backend) {
        return List.of(
                AcceptanceTest.on(backend, "buffer-moves-bytes",
                        "edu copies one buffer into another; closed, they are pinned no more", BufferTests::movesBytes),
                AcceptanceTest.on(backend, "buffer-huge-pages",
                        "buffers of huge pages, which go back when the space closes", BufferTests::hugePages),
                AcceptanceTest.on(backend, "buffer-no-huge-pages",
                        "more huge pages than there are: the reason is said, and nothing has changed",
                        BufferTests::noHugePages),
                AcceptanceTest.on(backend, "buffer-window",
                        "no buffer is placed over the MSI window; a full window is said", BufferTests::window));
    }

    private static void movesBytes(Lab lab, String backend) throws Exception {
        KernelView kernel = lab.look();
        long pinned = kernel.pinned();
        try (AddressSpace space = lab.open(backend, "strict")) {
            Edu edu = new Edu(space.attach(Guest.EDU));
            DmaBuffers buffers = new DmaBuffers(space, lab.allocator(), WINDOW);
            DmaBuffer source = buffers.allocate("source", MIB);
            DmaBuffer target = buffers.allocate("target", 1);
            Expect.equal("bytes of the smaller buffer", lab.kernel().pageSize(), target.segment().byteSize());
            Expect.equal("bytes pinned for the buffers", pinned + MIB + lab.kernel().pageSize(), kernel.pinned());
            copy(edu, source, target);
            source.close();
            Expect.equal("bytes pinned for one", pinned + lab.kernel().pageSize(), kernel.pinned());
            edu.write(target.address(), COUNT);
        }
        Expect.equal("bytes pinned after the space was closed", pinned, kernel.pinned());
    }

    private static void hugePages(Lab lab, String backend) throws Exception {
        KernelView kernel = lab.look();
        kernel.setHugePages(HUGE_PAGES);
        try {
            Expect.equal("huge pages before", (long) HUGE_PAGES, kernel.freeHugePages());
            long pinned = kernel.pinned();
            useHugePages(lab, backend, pinned);
            Expect.equal("bytes pinned after the space was closed", pinned, kernel.pinned());
            Expect.soon("huge pages are not given back", () -> kernel.freeHugePages() == HUGE_PAGES);
        } finally {
            kernel.setHugePages(0);
        }
    }

    private static void useHugePages(Lab lab, String backend, long pinned) throws Exception {
        KernelView kernel = lab.look();
        try (AddressSpace space = lab.open(backend, "strict")) {
            Edu edu = new Edu(space.attach(Guest.EDU));
            DmaBuffers buffers = new DmaBuffers(space, lab.allocator(), WINDOW);
            DmaBuffer source = buffers.allocateHuge("source", 2 * HUGE_PAGE + 1, HUGE_PAGE);
            DmaBuffer target = buffers.allocateHuge("target", HUGE_PAGE, HUGE_PAGE);
            Expect.equal("bytes of the larger buffer", 3 * HUGE_PAGE, source.segment().byteSize());
            Expect.equal("huge pages left", HUGE_PAGES - 4L, kernel.freeHugePages());
            Expect.equal("bytes pinned for the buffers", pinned + 4 * HUGE_PAGE, kernel.pinned());
            copy(edu, source, target);
            target.close();
            Expect.soon("a closed buffer keeps its huge page", () -> kernel.freeHugePages() == HUGE_PAGES - 3);
        }
    }

    private static void noHugePages(Lab lab, String backend) throws Exception {
        try (AddressSpace space = lab.open(backend, "strict")) {
            space.attach(Guest.EDU);
            DmaBuffers buffers = new DmaBuffers(space, lab.allocator(), WINDOW);
            Expect.says(Expect.failure(IommuException.class, () -> buffers.allocateHuge("much", HUGE_PAGE, HUGE_PAGE))
                    .getMessage(), "'much'", "huge pages", "nr_hugepages");
            Expect.equal("what is mapped", List.of(), space.snapshot().table());
        }
    }

    private static void window(Lab lab, String backend) throws Exception {
        try (AddressSpace space = lab.open(backend, "strict")) {
            Edu edu = new Edu(space.attach(Guest.EDU));
            DmaBuffers buffers = new DmaBuffers(space, lab.allocator(), OVER_MSI);
            DmaBuffer below = buffers.allocate("below", 0x2_0000);
            DmaBuffer above = buffers.allocate("above", MIB);
            Expect.equal("where the buffers are", List.of(0xfede_0000L, 0xfef0_0000L),
                    List.of(below.address(), above.address()));
            copy(edu, above, below);
            Expect.says(Expect.failure(IommuException.class, () -> buffers.allocate("more", 1)).getMessage(), "'more'",
                    "has no room");
        }
    }

    private static void copy(Edu edu, DmaBuffer from, DmaBuffer to) throws IommuException {
        byte[] pattern = new byte[COUNT];
        new Random(from.address()).nextBytes(pattern);
        from.segment().copyFrom(MemorySegment.ofArray(pattern));
        edu.read(from.address(), COUNT);
        edu.write(to.iova().last() - COUNT + 1, COUNT);
        byte[] moved = to.segment().asSlice(to.segment().byteSize() - COUNT).toArray(ValueLayout.JAVA_BYTE);
        long difference = MemorySegment.ofArray(pattern).mismatch(MemorySegment.ofArray(moved));
        Expect.that(difference < 0, "what edu copied differs from byte " + difference + " on");
    }
}

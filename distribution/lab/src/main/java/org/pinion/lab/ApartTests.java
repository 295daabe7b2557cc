package org.pinion.lab;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.ApartDevice;
import org.pinion.api.AttachedDevice;
import org.pinion.api.FlatView;
import org.pinion.api.HostMemory;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.api.RefusedException;
import org.pinion.api.Route;
import org.pinion.api.SpaceSnapshot;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.BackendType;
import org.pinion.spi.backend.IommuBackend;

/** Devices that a policy sets apart: an IO address space of their own, with the same pages. */
final class ApartTests {

    private static final String POLICY = "lab-apart";
    private static final long PAGE = 0x1000;
    private static final long BYTES = 0x10000;
    private static final int COUNT = 512;
    private static final AddressRange LOW = AddressRange.ofSize(0x10_0000, BYTES);
    /** Its second half lies where interrupts go. */
    private static final AddressRange OVER_MSI = AddressRange.ofSize(0xfee0_0000L - BYTES / 2, BYTES);
    private static final AddressRange IN_MSI = AddressRange.ofSize(0xfee0_0000L, BYTES / 2);

    private enum Step {
        COMMIT,
        MDEV,
        EDU
    }

    private ApartTests() {}

    static List<AcceptanceTest> on(String backend) {
        List<AcceptanceTest> tests = new ArrayList<>();
        tests.add(AcceptanceTest.on(backend, "apart-ram",
                "RAM over the MSI window, a policy that sets devices apart, in all orders: the edu is apart and reaches"
                        + " the rest; a container refuses with the reason",
                backend.equals("iommufd") ? ApartTests::apart : ApartTests::refused));
        if (backend.equals("iommufd")) {
            tests.add(AcceptanceTest.on(backend, "apart-pins-once",
                    "one of two edus moves to an IOAS of its own and back: both reach the memory, pinned once",
                    ApartTests::pinnedOnce));
        }
        return List.copyOf(tests);
    }

    private static void apart(Lab lab, String backend) throws Exception {
        try (HostMemory memory = lab.memory(2 * BYTES)) {
            Set<Object> ends = new HashSet<>();
            for (List<Step> order : orders()) {
                long pinned = lab.look().pinned();
                try (AddressSpace space = lab.open(backend, POLICY)) {
                    AttachedDevice edu = carryOut(lab, space, view(memory), order);
                    ends.add(end(space.snapshot()));
                    Expect.equal("different ends by order " + order, 1, ends.size());
                    expectApart(space.snapshot());
                    Expect.equal("bytes pinned: what the edu reaches", pinned + BYTES + BYTES / 2, lab.look().pinned());
                    expectMoves(edu, memory);
                    expectWords(space);
                }
                Expect.equal("bytes pinned after the end", pinned, lab.look().pinned());
            }
        }
    }

    private static void refused(Lab lab, String backend) throws Exception {
        try (HostMemory memory = lab.memory(2 * BYTES); AddressSpace space = lab.open(backend, POLICY)) {
            space.commit(view(memory));
            Expect.says(Expect.failure(RefusedException.class, () -> space.attach(Guest.EDU)).getMessage(),
                    Guest.EDU + " can do without", "no device can be apart here", "pin everything a second time");
            Expect.equal("devices", 0, space.snapshot().devices().size());
        }
    }

    private static FlatView view(HostMemory memory) {
        return Views.of(Views.ram(LOW, memory, 0), Views.ram(OVER_MSI, memory, BYTES));
    }

    private static AttachedDevice carryOut(Lab lab, AddressSpace space, FlatView view, List<Step> order)
            throws IommuException {
        AttachedDevice edu = null;
        for (Step step : order) {
            switch (step) {
                case COMMIT -> space.commit(view);
                case MDEV -> space.attach(lab.guest().mdev());
                default -> edu = space.attach(Guest.EDU);
            }
        }
        return edu;
    }

    private static Object end(SpaceSnapshot snapshot) {
        return List.of(snapshot.table(), snapshot.plan().decisions(), snapshot.plan().limits().apart());
    }

    private static void expectApart(SpaceSnapshot now) {
        ApartDevice edu = now.plan().limits().apart(Guest.EDU).orElseThrow(() -> new AssertionError("it is together"));
        Expect.equal("what is withheld", RangeSet.of(IN_MSI), edu.withheld());
        Expect.equal("how many are apart", 1, now.plan().limits().apart().size());
        Expect.that(now.table().stream().anyMatch(mapping -> mapping.range().contains(IN_MSI)),
                "the others do not reach " + IN_MSI + ": " + now.table());
    }

    private static void expectWords(AddressSpace space) {
        String why = String.join("\n", space.why(IN_MSI.start()).sentences());
        Expect.says(why, "a device reaches 0xfee00000", "but not " + Guest.EDU, "lab-apart/apart",
                "it does not reach " + IN_MSI);
    }

    private static void expectMoves(AttachedDevice device, HostMemory memory) throws IommuException {
        Edu edu = new Edu(device);
        MemorySegment bytes = memory.segment();
        byte[] pattern = new byte[COUNT];
        new Random(COUNT).nextBytes(pattern);
        bytes.asSlice(0, COUNT).copyFrom(MemorySegment.ofArray(pattern));
        edu.read(LOW.start(), COUNT);
        edu.write(OVER_MSI.start() + PAGE, COUNT);
        MemorySegment moved = bytes.asSlice(BYTES + PAGE, COUNT);
        Expect.that(MemorySegment.ofArray(pattern).mismatch(moved) < 0, "what the device moved is not there");
        moved.fill((byte) 0);
    }

    private static void pinnedOnce(Lab lab, String backend) throws Exception {
        long before = lab.look().pinned();
        try (HostMemory memory = lab.memory(BYTES); BackendSession session = backend(backend).open("lab")) {
            session.preflight(Guest.EDU);
            session.preflight(Guest.SECOND_EDU);
            session.attach(Guest.EDU);
            session.attach(Guest.SECOND_EDU);
            Mapping mapping = new Mapping(LOW, Access.READ_WRITE,
                    session.capabilities().routes().contains(Route.FILE) ? Route.FILE : Route.USER, memory.backing());
            session.map(mapping);
            Expect.equal("bytes pinned", before + BYTES, lab.look().pinned());
            session.separate(Guest.SECOND_EDU, List.of(mapping));
            Expect.equal("bytes pinned for two IOASes", before + BYTES, lab.look().pinned());
            AddressRange kept = AddressRange.ofSize(LOW.start(), BYTES - PAGE);
            session.cut(mapping, List.of(kept));
            Expect.equal("bytes pinned after a cut in both", before + BYTES - PAGE, lab.look().pinned());
            session.join(Guest.SECOND_EDU);
            Expect.equal("bytes pinned when all are together", before + BYTES - PAGE, lab.look().pinned());
            session.unmap(mapping.slice(kept));
            Expect.equal("bytes pinned without a mapping", before, lab.look().pinned());
        }
    }

    private static IommuBackend backend(String name) throws Exception {
        BundleContext context = FrameworkUtil.getBundle(ApartTests.class).getBundleContext();
        return context.getServiceReferences(IommuBackend.class, "(" + BackendType.PROPERTY + "=" + name + ")").stream()
                .map(context::getService)
                .findFirst()
                .orElseThrow(() -> new AssertionError("there is no backend " + name));
    }

    private static List<List<Step>> orders() {
        return List.of(
                List.of(Step.COMMIT, Step.MDEV, Step.EDU),
                List.of(Step.COMMIT, Step.EDU, Step.MDEV),
                List.of(Step.MDEV, Step.COMMIT, Step.EDU),
                List.of(Step.MDEV, Step.EDU, Step.COMMIT),
                List.of(Step.EDU, Step.COMMIT, Step.MDEV),
                List.of(Step.EDU, Step.MDEV, Step.COMMIT));
    }
}

package org.pinion.lab;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.Decision;
import org.pinion.api.FlatView;
import org.pinion.api.HostDevice;
import org.pinion.api.HostMemory;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.Section;
import org.pinion.api.SpaceSnapshot;

/** Order never matters, and nothing happens by halves: on the real kernel what the laws' own tests try on another. */
final class LawTests {

    private static final long MIB = 1 << 20;
    private static final AddressRange LOW = AddressRange.ofSize(0, MIB);
    private static final AddressRange AROUND_MSI = AddressRange.ofSize(0xfed8_0000L, 2 * MIB);
    private static final int MANY_ALLOCATIONS = 10_000;

    /** Something that comes into a space. */
    private record Piece(String name, Section section) {}

    private record End(List<Decision> decisions, List<Mapping> table, List<HostDevice> devices) {}

    /** A change of a space. */
    private interface Change {
        void run(AddressSpace space) throws IommuException;
    }

    private LawTests() {}

    static List<AcceptanceTest> on(String backend) {
        return List.of(
                AcceptanceTest.on(backend, "law-order",
                        "two sections, an mdev, two edus and ivshmem in all 720 orders: the same table and reasons",
                        LawTests::order),
                AcceptanceTest.on(backend, "law-halves",
                        "whichever allocation in the kernel fails, a change is done or it is not, and nothing leaks",
                        LawTests::halves));
    }

    private static void order(Lab lab, String backend) throws Exception {
        try (HostMemory memory = lab.memory(3 * MIB)) {
            List<Piece> pieces = List.of(
                    new Piece("ram", Views.ram(LOW, memory, 0)),
                    new Piece("rom", Views.rom(AROUND_MSI, memory.backing().advance(MIB), "rom")),
                    new Piece(lab.guest().mdev(), null),
                    new Piece(Guest.EDU, null),
                    new Piece(Guest.SECOND_EDU, null),
                    new Piece(Guest.SHARED_MEMORY, null));
            Set<End> ends = new HashSet<>();
            for (List<Piece> order : orders(pieces)) {
                ends.add(end(lab, backend, order));
                Expect.that(ends.size() == 1, "in order " + order + " the end is another: " + ends);
            }
        }
    }

    private static End end(Lab lab, String backend, List<Piece> order) throws IommuException {
        try (AddressSpace space = lab.open(backend, "strict")) {
            List<Section> sections = new ArrayList<>();
            for (Piece piece : order) {
                if (piece.section() == null) {
                    space.attach(piece.name());
                } else {
                    sections.add(piece.section());
                    space.commit(FlatView.of("memory", sections));
                }
            }
            SpaceSnapshot end = space.snapshot();
            return new End(end.plan().decisions(), end.table(), end.devices());
        }
    }

    private static <T> List<List<T>> orders(List<T> pieces) {
        if (pieces.isEmpty()) {
            return List.of(List.of());
        }
        List<List<T>> orders = new ArrayList<>();
        for (T first : pieces) {
            List<T> others = new ArrayList<>(pieces);
            others.remove(first);
            for (List<T> rest : orders(others)) {
                List<T> order = new ArrayList<>(List.of(first));
                order.addAll(rest);
                orders.add(order);
            }
        }
        return orders;
    }

    private static void halves(Lab lab, String backend) throws Exception {
        long pinned = lab.look().pinned();
        try (HostMemory memory = lab.memory(4 * MIB);
                FailingAllocations failing = new FailingAllocations(lab.kernel())) {
            FlatView whole = Views.of(Views.ram(AddressRange.ofSize(0, 2 * MIB), memory, 0));
            FlatView holed = Views.of(
                    Views.ram(AddressRange.ofSize(0, MIB), memory, 0),
                    Views.ram(AddressRange.ofSize(2 * MIB, MIB), memory, 2 * MIB));
            try (AddressSpace space = lab.open(backend, "strict")) {
                space.commit(whole);
                sweep(failing, space, it -> it.attach(Guest.EDU), it -> it.detach(Guest.EDU));
                space.attach(Guest.EDU);
                sweep(failing, space, it -> it.commit(holed), it -> it.commit(whole));
                sweep(failing, space, it -> it.attach(Guest.SECOND_EDU), it -> it.detach(Guest.SECOND_EDU));
                sweep(failing, space, it -> it.detach(Guest.EDU), it -> it.attach(Guest.EDU));
            }
        }
        Expect.equal("bytes pinned in the end", pinned, lab.look().pinned());
    }

    /** Lets one allocation after the other fail, until a change needs no more of them. */
    private static void sweep(FailingAllocations failing, AddressSpace space, Change change, Change back)
            throws IOException, IommuException {
        change.run(space);
        SpaceSnapshot after = space.snapshot();
        back.run(space);
        int failures = 0;
        for (int number = 1; ; number++) {
            Expect.that(number < MANY_ALLOCATIONS, "a change needs more than " + number + " allocations");
            SpaceSnapshot before = space.snapshot();
            String what = "after allocation " + number + " failed";
            boolean done = done(failing, number, space, change);
            boolean failed = failing.hasFailed();
            expectWhole(space.snapshot(), done ? after : before, what);
            if (done) {
                back.run(space);
            } else {
                failures++;
            }
            if (!failed) {
                Expect.that(failures > 0, "no allocation failed that the change needed");
                return;
            }
        }
    }

    private static boolean done(FailingAllocations failing, int number, AddressSpace space, Change change) {
        failing.failNth(number);
        try {
            change.run(space);
            return true;
        } catch (IommuException failure) {
            return false;
        }
    }

    private static void expectWhole(SpaceSnapshot now, SpaceSnapshot expected, String what) {
        Expect.equal("the state " + what, SpaceSnapshot.State.ACTIVE, now.state());
        Expect.equal("the table " + what, expected.table(), now.table());
        Expect.equal("the devices " + what, expected.devices(), now.devices());
        Expect.equal("bytes pinned " + what, expected.ledger().pinnedBytes(), now.ledger().pinnedBytes());
    }
}

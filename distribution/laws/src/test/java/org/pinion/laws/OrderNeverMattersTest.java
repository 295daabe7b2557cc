package org.pinion.laws;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinion.api.Decision;
import org.pinion.api.FlatView;
import org.pinion.api.FlatViewChange;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.api.IovaLimits;
import org.pinion.api.Mapping;
import org.pinion.api.Section;
import org.pinion.api.SpaceSnapshot;
import org.pinion.core.space.Space;

/**
 * Whatever the order in which the same sections and devices came, and what came and went in between, the same
 * is mapped, skipped and usable in the end, for the same reasons; and if a set is refused in one order, it is in every.
 */
class OrderNeverMattersTest {

    /** How large a set is: up to seven pieces all orders are tried, which are many, of larger sets some at random. */
    private enum Size {
        FIVE(3, 2, 120),
        SEVEN(4, 3, 5040),
        LARGE(40, 6, 12);

        private final int sections;
        private final int devices;
        private final int orders;

        Size(int sections, int devices, int orders) {
            this.sections = sections;
            this.devices = devices;
            this.orders = orders;
        }

        static Size of(long seed) {
            return seed % 10 == 0 ? SEVEN : seed % 2 == 0 ? FIVE : LARGE;
        }
    }

    /** What an end is compared by. */
    private record End(
            boolean accepted, List<Mapping> table, List<Decision> decisions, IovaLimits limits, List<HostDevice> all) {

        static final End REFUSED = new End(false, List.of(), List.of(), null, List.of());

        static End of(SpaceSnapshot end) {
            assertThat(end.state()).isEqualTo(SpaceSnapshot.State.ACTIVE);
            return new End(true, end.table(), end.plan().decisions(), end.plan().limits(), end.devices());
        }
    }

    /** Something that is there or not there. */
    private record Piece(Section section, String device) {}

    private long histories;
    private long accepted;
    private long apart;

    @ParameterizedTest
    @ValueSource(strings = {"iommufd", "vfio"})
    void everyHistoryOfASetEndsTheSame(String backend) throws IommuException {
        run(backend, false);
    }

    /** The devices that a set's end has apart are the same, too: they are in the limits. */
    @Test
    void everyHistoryOfASetWithDevicesApartEndsTheSame() throws IommuException {
        run("iommufd", true);
        assertThat(apart).isGreaterThan(histories / 20);
    }

    private void run(String backend, boolean conflicts) throws IommuException {
        long seed = Runs.seed();
        long sets = 0;
        for (long wanted = Runs.histories() / (conflicts ? 5 : 2); histories < wanted; sets++) {
            try {
                Size size = conflicts && Size.of(seed + sets) == Size.SEVEN ? Size.LARGE : Size.of(seed + sets);
                set(backend, seed + sets, size, conflicts);
            } catch (IommuException refused) {
                throw new AssertionError("seed " + (seed + sets) + ": what was accepted did not leave again", refused);
            }
        }
        Runs.report("order never matters on " + backend, "%d histories of %d sets, %d accepted, %d with devices apart"
                .formatted(histories, sets, accepted, apart), seed);
        assertThat(accepted).isGreaterThan(histories / 10);
    }

    private void set(String backend, long seed, Size size, boolean conflicts) throws IommuException {
        Random random = new Random(seed);
        World world = conflicts
                ? World.inConflict(seed, size.sections, size.devices)
                : World.of(seed, size.sections, size.devices);
        List<String> policies =
                conflicts ? List.of(Stack.APART) : Stack.POLICIES.get(random.nextInt(Stack.POLICIES.size()));
        List<Piece> pieces = new ArrayList<>();
        world.sections().forEach(section -> pieces.add(new Piece(section, "")));
        world.devices().forEach(device -> pieces.add(new Piece(null, device)));
        End first = null;
        for (List<Piece> order : orders(pieces, size.orders, random)) {
            boolean wandering = histories % 4 == 3 && !(backend.equals("vfio") && world.reservedEdge());
            End end = history(world, backend, policies, order, wandering ? random : null);
            assertThat(world.tap().pinned()).as("seed %d: bytes left pinned", seed).isZero();
            assertThat(world.tap().open()).as("seed %d: left open", seed).isEmpty();
            first = first == null ? end : first;
            assertThat(end).as("seed %d, order %s", seed, order).isEqualTo(first);
            histories++;
            accepted += end.accepted() ? 1 : 0;
            apart += end.accepted() && !end.limits().apart().isEmpty() ? 1 : 0;
        }
    }

    private static List<List<Piece>> orders(List<Piece> pieces, int most, Random random) {
        List<List<Piece>> orders = new ArrayList<>();
        permute(new ArrayList<>(pieces), 0, most + 1, orders);
        if (orders.size() > most) {
            orders.clear();
            for (int i = 0; i < most; i++) {
                List<Piece> shuffled = new ArrayList<>(pieces);
                Collections.shuffle(shuffled, random);
                orders.add(shuffled);
            }
        }
        return orders;
    }

    private static void permute(List<Piece> pieces, int from, int enough, List<List<Piece>> into) {
        if (into.size() >= enough) {
            return;
        }
        if (from == pieces.size()) {
            into.add(List.copyOf(pieces));
        }
        for (int i = from; i < pieces.size(); i++) {
            Collections.swap(pieces, from, i);
            permute(pieces, from + 1, enough, into);
            Collections.swap(pieces, from, i);
        }
    }

    private static End history(World world, String backend, List<String> policies, List<Piece> order, Random wandering)
            throws IommuException {
        try (Space space = Stack.open(world.tap().kernel(), backend, policies)) {
            Set<Piece> there = new HashSet<>();
            if (wandering != null) {
                wander(space, order, there, wandering);
            }
            for (Piece piece : order) {
                if (!there.contains(piece) && !change(space, there, piece)) {
                    return End.REFUSED;
                }
            }
            return End.of(space.snapshot());
        }
    }

    /** Lets pieces come and go; what is refused on the way stays away. */
    private static void wander(Space space, List<Piece> pieces, Set<Piece> there, Random random)
            throws IommuException {
        for (int step = random.nextInt(3 * pieces.size()); step > 0; step--) {
            change(space, there, pieces.get(random.nextInt(pieces.size())));
        }
    }

    /** Adds what is not there, takes away what is; says whether that was accepted. */
    private static boolean change(Space space, Set<Piece> there, Piece piece) throws IommuException {
        boolean leaves = there.contains(piece);
        Set<Piece> after = new HashSet<>(there);
        if (!after.remove(piece)) {
            after.add(piece);
        }
        try {
            if (piece.section() != null) {
                commit(space, after, piece.section(), leaves);
            } else if (leaves) {
                space.detach(piece.device());
            } else {
                space.attach(piece.device());
            }
        } catch (IommuException refused) {
            if (leaves) {
                throw refused;
            }
            return false;
        }
        there.clear();
        there.addAll(after);
        return true;
    }

    /** Sections come and go with whole views or as changes of the view in force, in turns. */
    private static void commit(Space space, Set<Piece> after, Section section, boolean leaves) throws IommuException {
        if ((space.snapshot().version() & 1) == 0 && space.snapshot().plan().view() != FlatView.EMPTY) {
            space.commit(leaves
                    ? FlatViewChange.NONE.hide(section.range())
                    : FlatViewChange.NONE.show(section));
            return;
        }
        space.commit(World.view(after.stream()
                .map(Piece::section)
                .filter(other -> other != null)
                .toList()));
    }
}

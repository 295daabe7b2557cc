package org.pinion.laws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.CommitReport;
import org.pinion.api.Decision;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.RangeList;
import org.pinion.api.RefusedException;
import org.pinion.api.Route;
import org.pinion.api.Section;
import org.pinion.api.SectionKind;
import org.pinion.api.SpaceSnapshot;
import org.pinion.api.guest.MemoryBlocks;
import org.pinion.api.guest.Notification;
import org.pinion.api.guest.Translations;
import org.pinion.core.space.Space;
import org.pinion.emulator.EmulatedKernel;
import org.pinion.emulator.host.DeviceModel;
import org.pinion.emulator.host.Host;
import org.pinion.emulator.host.HostDevice;
import org.pinion.emulator.host.IommuGeometry;
import org.pinion.emulator.host.IovaRange;
import org.pinion.emulator.host.ReservedRegion;
import org.pinion.emulator.host.ReservedType;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Mman;

/**
 * What a guest's virtual IOMMU maps, and what blocks of memory it plugs: the same notifications end in the same table,
 * however they are batched; of what does not overlap the order does not matter; a batch that fails changes nothing.
 */
class GuestNotificationsTest {

    private static final long PAGE = 4096;
    private static final long MEMORY = 1024 * PAGE;
    private static final String DEVICE = "0000:01:00.0";
    private static final AddressRange WINDOW = new AddressRange(1L << 32, (1L << 33) - 1);
    private static final Section IOMMU = new Section(
            WINDOW, SectionKind.IOMMU, Backing.NONE, Access.READ_WRITE, "intel_iommu", "", Map.of());

    /** A machine with one device that reserves eight pages of the window, and a guest with memory and registers. */
    private static final class Machine {

        private final Tap tap;
        private final FlatView memory;

        Machine() {
            IovaRange reserved = new IovaRange(WINDOW.start() + 200 * PAGE, WINDOW.start() + 208 * PAGE - 1);
            tap = new Tap(EmulatedKernel.of(new Host("guest", OptionalLong.empty(), true, true, List.of(new HostDevice(
                    DEVICE,
                    DeviceModel.EDU,
                    1,
                    "vfio-pci",
                    new IommuGeometry(new IovaRange(0, (1L << 48) - 1), List.of(PAGE, 2L << 20)),
                    List.of(new ReservedRegion(reserved, ReservedType.RESERVED)),
                    false)))));
            int fd = tap.behind().memfdCreate("guest", Mman.MFD_CLOEXEC);
            tap.behind().ftruncate(fd, 2 * MEMORY);
            long address = address(fd);
            memory = FlatView.of("memory", List.of(
                    Section.ram(AddressRange.ofSize(0, MEMORY / 2), file(fd, 0, address), "pc.ram"),
                    new Section(AddressRange.ofSize(MEMORY / 2, 8 * PAGE), SectionKind.MMIO, Backing.NONE,
                            Access.READ_WRITE, "registers", "", Map.of()),
                    new Section(AddressRange.ofSize(MEMORY, 64 * PAGE), SectionKind.ROM, file(fd, MEMORY, address),
                            Access.READ, "rom", "", Map.of())));
        }

        Guest guest(String backend) throws IommuException {
            Space space = Stack.open(tap.kernel(), backend, List.of("strict"));
            space.attach(DEVICE);
            space.commit(FlatView.of("pci", List.of(IOMMU)));
            return new Guest(this, space, new Translations(space, IOMMU, () -> memory));
        }

        private long address(int fd) {
            try {
                return tap.behind()
                        .mmap(2 * MEMORY, Mman.PROT_READ | Mman.PROT_WRITE, Mman.MAP_SHARED, fd, 0)
                        .address();
            } catch (ErrnoException full) {
                throw new AssertionError(full);
            }
        }

        private static Backing file(int fd, long offset, long address) {
            return new Backing.MemoryFile(fd, offset, address + offset);
        }
    }

    /** A guest of the machine, with what its virtual IOMMU maps. */
    private record Guest(Machine machine, Space space, Translations translations) implements AutoCloseable {
        @Override
        public void close() throws IommuException {
            space.close();
            assertThat(machine.tap.pinned()).isZero();
        }
    }

    /** What a state is compared by. */
    private record End(RangeList<Section> shown, RangeList<Mapping> table, RangeList<Decision> decisions) {
        static End of(Guest guest) {
            SpaceSnapshot now = guest.space.snapshot();
            assertThat(now.state()).isEqualTo(SpaceSnapshot.State.ACTIVE);
            return new End(guest.translations.shown(), now.table(), now.plan().decisions());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"iommufd", "vfio"})
    void anyBatchesOfTheSameNotificationsGiveTheSameTable(String backend) throws IommuException {
        Machine machine = new Machine();
        long seed = Runs.seed();
        long histories = Runs.histories() / 1000;
        for (long i = 0; i < histories; i++) {
            Random random = new Random(seed + i);
            List<Notification> all = notifications(random, 1 + random.nextInt(40));
            End end = null;
            for (int most : List.of(1, 1 + random.nextInt(8), all.size())) {
                try (Guest guest = machine.guest(backend)) {
                    applyInBatches(guest, all, most, random);
                    end = end == null ? End.of(guest) : end;
                    assertThat(End.of(guest)).as("seed %d, batches of %d", seed + i, most).isEqualTo(end);
                    assertThat(pages(guest)).as("seed %d", seed + i).isEqualTo(model(all, guest));
                    KernelTable.of(backend, guest.machine.tap)
                            .assertHas(guest.space.snapshot(), "seed %d".formatted(seed + i));
                }
            }
        }
        Runs.report("batches never matter on " + backend, histories + " histories", seed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"iommufd", "vfio"})
    void theOrderOfWhatDoesNotOverlapDoesNotMatter(String backend) throws IommuException {
        Machine machine = new Machine();
        long seed = Runs.seed();
        for (long i = 0; i < Runs.histories() / 2000; i++) {
            Random random = new Random(seed + i);
            List<Notification> disjoint = new ArrayList<>();
            for (Notification next : notifications(random, 30)) {
                if (disjoint.stream().noneMatch(other -> other.iova().overlaps(next.iova()))) {
                    disjoint.add(next);
                }
            }
            End end = null;
            for (int order = 0; order < 3; order++) {
                try (Guest guest = machine.guest(backend)) {
                    applyInBatches(guest, disjoint, 4, random);
                    end = end == null ? End.of(guest) : end;
                    assertThat(End.of(guest)).as("seed %d", seed + i).isEqualTo(end);
                }
                Collections.shuffle(disjoint, random);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"iommufd", "vfio"})
    void aBatchThatFailsChangesNothing(String backend) throws IommuException {
        Machine machine = new Machine();
        long seed = Runs.seed();
        int failed = 0;
        for (long i = 0; i < Runs.histories() / 500; i++) {
            Random random = new Random(seed + i);
            List<Notification> before = notifications(random, 20);
            List<Notification> batch = notifications(random, 20);
            try (Guest guest = machine.guest(backend)) {
                guest.translations.apply(before);
                End old = End.of(guest);
                guest.machine.tap.fail(1 + random.nextInt(12), 1, 0);
                boolean fails = fails(guest, batch);
                guest.machine.tap.stopFailing();
                if (fails) {
                    failed++;
                    assertThat(End.of(guest)).as("seed %d", seed + i).isEqualTo(old);
                    guest.translations.apply(batch);
                }
                List<Notification> all = new ArrayList<>(before);
                all.addAll(batch);
                assertThat(pages(guest)).as("seed %d", seed + i).isEqualTo(model(all, guest));
            }
        }
        assertThat(failed).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"iommufd", "vfio"})
    void aBatchIsRefusedAsAWholeWhereADeviceCannotUseIt(String backend) throws IommuException {
        try (Guest guest = new Machine().guest(backend)) {
            Notification good = Notification.map(AddressRange.ofSize(WINDOW.start(), PAGE), 0, Access.READ);
            Notification reserved =
                    Notification.map(AddressRange.ofSize(WINDOW.start() + 204 * PAGE, PAGE), PAGE, Access.READ);

            assertThatExceptionOfType(RefusedException.class)
                    .isThrownBy(() -> guest.translations.apply(List.of(good, reserved)))
                    .withMessageContaining("reserved")
                    .withMessageContaining(DEVICE);
            assertThat(guest.space.snapshot().table()).isEmpty();
            guest.translations.apply(List.of(good, reserved, Notification.unmap(reserved.iova())));
            assertThat(guest.space.snapshot().table()).extracting(Mapping::range).containsExactly(good.iova());
        }
    }

    private static boolean fails(Guest guest, List<Notification> batch) {
        try {
            guest.translations.apply(batch);
            return false;
        } catch (IommuException failure) {
            assertThat(failure.why()).isNotBlank();
            return true;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"iommufd", "vfio"})
    void pluggedBlocksAreMappedWhateverCameBefore(String backend) throws IommuException {
        Machine machine = new Machine();
        long seed = Runs.seed();
        long block = 4 * PAGE;
        for (long i = 0; i < Runs.histories() / 2000; i++) {
            Random random = new Random(seed + i);
            try (Guest guest = machine.guest(backend)) {
                Section ram = guest.machine.memory.at(0).orElseThrow();
                guest.space.commit(FlatView.of("guest", List.of(MemoryBlocks.discarded(ram, block))));
                MemoryBlocks blocks = new MemoryBlocks(guest.space, ram, block);
                TreeMap<Long, Boolean> plugged = new TreeMap<>();
                for (int step = 0; step < 20; step++) {
                    long first = random.nextInt(128);
                    long count = 1 + random.nextInt((int) Math.min(8, 128 - first));
                    boolean plugs = random.nextBoolean();
                    List<AddressRange> ranges = List.of(AddressRange.ofSize(first * block, count * block));
                    CommitReport report = plugs ? blocks.populate(ranges) : blocks.discard(ranges);
                    for (long one = first; one < first + count; one++) {
                        plugged.put(one, plugs);
                    }
                    assertThat(plugs ? report.unmapped() : report.mapped()).as("seed %d", seed + i).isEmpty();
                }
                List<Mapping> wanted = new ArrayList<>();
                plugged.forEach((one, there) -> {
                    if (there) {
                        Section part = ram.slice(AddressRange.ofSize(one * block, block));
                        wanted.add(new Mapping(part.range(), Access.READ_WRITE, route(guest), part.backing()));
                    }
                });
                assertThat(guest.space.snapshot().table()).isEqualTo(RangeList.joined(wanted));
            }
        }
    }

    private static void applyInBatches(Guest guest, List<Notification> all, int most, Random random)
            throws IommuException {
        for (int from = 0; from < all.size(); ) {
            int to = Math.min(all.size(), from + (most == all.size() ? most : 1 + random.nextInt(most)));
            guest.translations.apply(all.subList(from, to));
            from = to;
        }
    }

    /** Maps and unmaps near each other; RAM is not mapped where the device reserves, which strict would refuse. */
    private static List<Notification> notifications(Random random, int count) {
        List<Notification> notifications = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long pages = 1L << random.nextInt(5);
            long first = random.nextInt(180 / (int) pages) * pages;
            AddressRange iova = AddressRange.ofSize(WINDOW.start() + first * PAGE, pages * PAGE);
            long translated = random.nextInt(3) == 0 ? (MEMORY / PAGE / 2 - 8 + random.nextInt(16)) * PAGE
                    : random.nextInt(3) == 0 ? MEMORY + first * PAGE : first * PAGE;
            notifications.add(random.nextInt(3) == 0
                    ? Notification.unmap(iova)
                    : Notification.map(iova, translated, random.nextBoolean() ? Access.READ : Access.READ_WRITE));
        }
        return notifications;
    }

    /** Page by page, what was notified last. */
    private static Map<Long, Mapping> model(List<Notification> all, Guest guest) {
        Map<Long, Mapping> pages = new TreeMap<>();
        for (Notification one : all) {
            for (long offset = 0; offset < one.iova().size(); offset += PAGE) {
                AddressRange page = AddressRange.ofSize(one.iova().start() + offset, PAGE);
                long leads = one.translated() + offset;
                pages.remove(page.start());
                one.permission().ifPresent(permission -> guest.machine.memory.at(leads)
                        .filter(section -> section.kind() != SectionKind.MMIO)
                        .ifPresent(section -> pages.put(page.start(), new Mapping(
                                page,
                                permission.and(section.access()),
                                route(guest),
                                section.backingAt(leads)))));
            }
        }
        return pages;
    }

    /** Files go by file where the backend takes them so, by address else. */
    private static Route route(Guest guest) {
        return guest.space.options().backend().equals("vfio") ? Route.USER : Route.FILE;
    }

    private static Map<Long, Mapping> pages(Guest guest) {
        Map<Long, Mapping> pages = new TreeMap<>();
        for (Mapping mapping : guest.space.snapshot().table()) {
            for (long offset = 0; offset < mapping.range().size(); offset += PAGE) {
                AddressRange page = AddressRange.ofSize(mapping.range().start() + offset, PAGE);
                pages.put(page.start(), mapping.slice(page));
            }
        }
        return pages;
    }
}

package org.pinion.core.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.pinion.core.space.SpaceFixture.bar;
import static org.pinion.core.space.SpaceFixture.device;
import static org.pinion.core.space.SpaceFixture.pages;
import static org.pinion.core.space.SpaceFixture.ram;
import static org.pinion.core.space.SpaceFixture.rom;
import static org.pinion.core.space.SpaceFixture.view;
import static org.pinion.core.space.SpaceFixture.withBar;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pinion.api.AddressRange;
import org.pinion.api.AttachedDevice;
import org.pinion.api.CommitReport;
import org.pinion.api.DeviceInterrupts;
import org.pinion.api.DeviceLimits;
import org.pinion.api.FlatViewChange;
import org.pinion.api.HostDevice;
import org.pinion.api.InterruptKind;
import org.pinion.api.IommuException;
import org.pinion.api.RefusedException;
import org.pinion.api.SpaceSnapshot.State;
import org.pinion.api.SpaceSnapshot;
import org.pinion.api.driver.DeviceOwner;
import org.pinion.core.space.FakeKernel.Fault;

/** A space is moved to another backend: all of it, or nothing, or it says what is missing. */
class MoveTest {

    private static final DeviceLimits D0 = withBar(device("d0", 4096), 4);
    private static final DeviceLimits D1 = device("d1", 4096, pages(0x500, 16));
    private static final AddressRange BAR = pages(0x900, 4);

    private SpaceFixture fixture;
    private Space space;
    private FakeKernel there;
    private AttachedDevice d0;

    /** What an owner was told, and what it does then. */
    private static class Recording implements DeviceOwner {

        final List<String> told = new CopyOnWriteArrayList<>();

        @Override
        public void quiesce(AttachedDevice device, String cause) throws IommuException {
            told.add("quiesce " + device.device().address() + ": " + cause);
        }

        @Override
        public void resume(AttachedDevice device) {
            told.add("resume " + device.device().address());
        }
    }

    private void begin(DeviceLimits... elsewhere) throws IommuException {
        fixture = new SpaceFixture(D0, D1);
        space = fixture.space;
        space.commit(view(ram(pages(0, 256)), rom(pages(0x300, 16)), bar(BAR, "d0")));
        d0 = space.attach("d0");
        space.attach("d1");
        there = new FakeKernel(elsewhere);
        fixture.events.clear();
        fixture.kernel.heal();
    }

    private CommitReport move() throws IommuException {
        return space.moves().run("other", () -> there, () -> {}, () -> true);
    }

    private IommuException refusal() {
        return catchThrowableOfType(IommuException.class, this::move);
    }

    @Test
    void everythingIsThereAsItWasAndNothingIsLeft() throws IommuException {
        begin(D0, D1);
        SpaceSnapshot before = space.snapshot();
        CommitReport report = move();
        SpaceSnapshot after = space.snapshot();
        assertThat(after.table()).isEqualTo(before.table());
        assertThat(after.plan().decisions()).isEqualTo(before.plan().decisions());
        assertThat(after.devices()).isEqualTo(before.devices());
        assertThat(after.options().backend()).isEqualTo("other");
        assertThat(space.options()).isEqualTo(after.options());
        assertThat(there.entries()).isEqualTo(List.copyOf(after.table()));
        assertThat(there.attached()).containsExactlyInAnyOrder("d0", "d1");
        assertThat(fixture.kernel.closed()).isTrue();
        assertThat(fixture.kernel.calls()).contains("detach d0", "detach d1").endsWith("close");
        assertThat(report.mapped()).isEmpty();
        assertThat(report.unmapped()).isEmpty();
        assertThat(report.keptBytes()).isEqualTo((256 + 16 + 4) * 4096).isEqualTo(report.remappedBytes());
        assertThat(fixture.events).containsExactly("MOVED move of 'guest' to other");
    }

    @Test
    void devicesAndTheSpaceStayTheObjectsThatTheyAre() throws IommuException {
        begin(D0, D1);
        move();
        assertThat(space.device("d0")).containsSame(d0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocate(1);
            d0.read(0, 0, one);
            assertThat(one.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 42);
        }
        space.commit(FlatViewChange.NONE.hide(pages(0, 256)));
        assertThat(there.entries().getFirst().range()).isEqualTo(pages(0x300, 16));
        space.detach("d0");
        assertThat(there.attached()).containsExactly("d1");
        space.close();
        assertThat(there.closed()).isTrue();
    }

    @Test
    void aSpaceMovesThereAndBack() throws IommuException {
        begin(D0, D1);
        SpaceSnapshot before = space.snapshot();
        move();
        FakeKernel again = new FakeKernel(D0, D1);
        space.moves().run("fake", () -> again, () -> {}, () -> true);
        assertThat(space.snapshot().table()).isEqualTo(before.table());
        assertThat(space.snapshot().options()).isEqualTo(before.options());
        assertThat(there.closed()).isTrue();
    }

    @Test
    void anotherTableIsRefusedWithTheReasonBeforeAnythingIsDone() throws IommuException {
        begin(D0, D1);
        fixture.policy = SpaceFixture.only("fake");
        space.commit(space.snapshot().plan().view());
        fixture.kernel.heal();
        IommuException refused = refusal();
        assertThat(refused)
                .hasMessageContaining("move of 'guest' to other: the table would be another")
                .hasMessageContaining(BAR + " of ")
                .hasMessageContaining("would be left out, since only fake maps BARs [test/only-here]");
        assertThat(refused.range()).contains(BAR);
        assertUnmoved();
    }

    private void assertUnmoved() {
        assertThat(fixture.kernel.calls()).isEmpty();
        assertThat(there.closed()).isTrue();
        assertThat(there.open()).isEmpty();
        assertThat(space.snapshot().state()).isEqualTo(State.ACTIVE);
        assertThat(space.options().backend()).isEqualTo("fake");
    }

    @Test
    void aTableThatWouldShowMoreIsRefusedToo() throws IommuException {
        begin(D0, D1);
        fixture.policy = SpaceFixture.only("other");
        space.commit(space.snapshot().plan().view());
        fixture.kernel.heal();
        assertThat(refusal()).hasMessageContaining(BAR + " would be mapped too, to BAR 2 of d0");
        assertUnmoved();
    }

    @Test
    void whatAPolicyRefusesThereIsToldWithThePlan() throws IommuException {
        begin(D0, D1);
        fixture.policy = SpaceFixture.refusing("other");
        RefusedException refused = catchThrowableOfType(RefusedException.class, this::move);
        assertThat(refused.plan().refusals()).isNotEmpty();
        assertUnmoved();
    }

    @Test
    void limitsThatAreLearnedOnlyThereUndoTheMove() throws IommuException {
        begin(D0, device("d1", 4096, pages(8, 4)));
        SpaceSnapshot before = space.snapshot();
        assertThat(refusal()).isInstanceOf(RefusedException.class).hasMessageContaining("is reserved (msi) by d1");
        assertBack(before);
    }

    private void assertBack(SpaceSnapshot before) {
        SpaceSnapshot now = space.snapshot();
        assertThat(now.state()).isEqualTo(State.ACTIVE);
        assertThat(now.table()).isEqualTo(before.table());
        assertThat(now.devices()).isEqualTo(before.devices());
        assertThat(now.options()).isEqualTo(before.options());
        assertThat(fixture.kernel.entries()).isEqualTo(List.copyOf(before.table()));
        assertThat(fixture.kernel.attached()).containsExactlyInAnyOrder("d0", "d1");
        assertThat(there.closed()).isTrue();
    }

    @Test
    void tooManyEntriesAndTooLittleLockedMemoryAreRefusedBeforehand() throws IommuException {
        begin(D0, D1);
        there.entriesLeft(OptionalLong.of(2));
        assertThat(refusal()).hasMessageContaining("more mappings are needed than the kernel takes");
        assertUnmoved();
        there = new FakeKernel(D0, D1);
        there.memlock(OptionalLong.of(1 << 20), 4096);
        assertThat(refusal()).hasMessageContaining("limit on locked memory");
        assertUnmoved();
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void whicheverCallFailsThereTheSpaceIsWhereItWas(Fault fault) throws IommuException {
        int failures = 0;
        for (int call = 0; ; call++) {
            begin(D0, D1);
            SpaceSnapshot before = space.snapshot();
            there.fail(fault, call, call + 1);
            IommuException failure = refusal();
            if (failure == null) {
                assertThat(failures).isGreaterThan(7);
                return;
            }
            failures++;
            assertBack(before);
            assertThat(fixture.events).containsExactly("REFUSED move of 'guest' to other");
            there = new FakeKernel(D0, D1);
            move();
            assertThat(space.snapshot().table()).isEqualTo(before.table());
        }
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void whicheverCallFailsHereTheSpaceIsWhereItWasOrThere(Fault fault) throws IommuException {
        for (int call = 0; ; call++) {
            begin(D0, D1);
            SpaceSnapshot before = space.snapshot();
            fixture.kernel.fail(fault, call, call + 1);
            IommuException failure = refusal();
            if (failure == null) {
                assertThat(fixture.kernel.calls()).as("only the last call, to close it, does no harm").hasSize(call + 1);
                return;
            }
            assertBack(before);
        }
    }

    @Test
    void whatCannotBeUndoneIsToldExactlyAndHealedByTheNextCommit() throws IommuException {
        int degraded = 0;
        for (int call = 0; call < 14; call++) {
            for (int last = call + 1; last < call + 9; last++) {
                begin(D0, D1);
                SpaceSnapshot before = space.snapshot();
                there.fail(Fault.REFUSED, 4, 5);
                fixture.kernel.fail(Fault.REFUSED, call, last);
                IommuException failure = refusal();
                degraded += checkHealing(before, failure, "calls %d to %d".formatted(call, last));
            }
        }
        assertThat(degraded).isGreaterThan(20);
    }

    private int checkHealing(SpaceSnapshot before, IommuException failure, String when) throws IommuException {
        fixture.kernel.heal();
        SpaceSnapshot now = space.snapshot();
        assertThat(now.options()).as(when).isEqualTo(before.options());
        assertThat(before.devices()).as(when).containsAll(now.devices());
        boolean lost = now.devices().size() < 2;
        assertThat(fixture.kernel.attached()).as(when)
                .containsAll(now.devices().stream().map(HostDevice::address).toList());
        List<Object> all = new ArrayList<>(now.table());
        all.addAll(now.missing());
        assertThat(all).as(when).containsExactlyInAnyOrderElementsOf(before.table());
        if (now.state() == State.ACTIVE) {
            assertThat(lost).as(when).isFalse();
            return 0;
        }
        assertThat(failure.getMessage()).as(when).contains("the space is degraded");
        assertThat(lost || !now.missing().isEmpty()).as(when).isTrue();
        if (now.missing().isEmpty()) {
            assertThat(failure.getMessage()).as(when).contains(" could not be brought back: ");
        }
        space.commit(FlatViewChange.NONE);
        assertBack(before);
        return 1;
    }

    @Test
    void aDeviceThatIsLostSaysSoAndCanBeDetached() throws IommuException {
        begin(D0, D1);
        there.fail(Fault.REFUSED, 0, 1);
        fixture.kernel.failOn("preflight d0");
        assertThat(refusal()).hasMessageContaining("the space is degraded");
        assertThat(space.snapshot().state()).isEqualTo(State.DEGRADED);
        assertThatThrownBy(() -> d0.read(0, 0, MemorySegment.NULL))
                .hasMessageContaining("read region 0 of d0: the device could not be brought back: told to fail");
        space.detach("d0");
        assertThat(space.snapshot().state()).isEqualTo(State.ACTIVE);
        assertThat(fixture.kernel.attached()).containsExactly("d1");
    }

    @Test
    void ownersAreAskedOutsideOfTheTurnAndGoOnAfterwards() throws IommuException {
        begin(D0, D1);
        Recording owner = new Recording() {
            @Override
            public void quiesce(AttachedDevice device, String cause) throws IommuException {
                super.quiesce(device, cause);
                space.commit(FlatViewChange.NONE.hide(pages(0, 256)));
                assertThat(space.options().backend()).isEqualTo("fake");
            }

            @Override
            public void resume(AttachedDevice device) {
                super.resume(device);
                assertThat(space.options().backend()).isEqualTo("other");
            }
        };
        d0.ownedBy(owner);
        move();
        assertThat(owner.told).containsExactly("quiesce d0: move of 'guest' to other", "resume d0");
        assertThat(there.entries().getFirst().range()).isEqualTo(pages(0x300, 16));
    }

    @Test
    void anOwnerMaySayNo() throws IommuException {
        begin(D0, D1);
        Recording willing = new Recording();
        d0.ownedBy(willing);
        space.device("d1").orElseThrow().ownedBy(new Recording() {
            @Override
            public void quiesce(AttachedDevice device, String cause) throws IommuException {
                throw new IommuException("quiesce", "a transfer is under way", "");
            }

            @Override
            public void resume(AttachedDevice device) {
                throw new AssertionError("whoever says no is not told to go on");
            }
        });
        assertThat(refusal()).hasMessageContaining("d1: its owner does not bring it to rest")
                .hasMessageContaining("a transfer is under way");
        assertThat(willing.told).containsExactly("quiesce d0: move of 'guest' to other", "resume d0");
        assertUnmoved();
    }

    @Test
    void anOwnerThatFailsOrTakesTooLongKeepsItsDeviceAndIsToldToGoOnLater() throws Exception {
        begin(D0, D1);
        d0.ownedBy(new Recording() {
            @Override
            public void quiesce(AttachedDevice device, String cause) {
                throw new IllegalStateException("told to fail");
            }
        });
        assertThat(refusal()).hasMessageContaining("it failed: java.lang.IllegalStateException: told to fail");
        CountDownLatch rest = new CountDownLatch(1);
        CountDownLatch goesOn = new CountDownLatch(1);
        d0.ownedBy(new DeviceOwner() {
            @Override
            public void quiesce(AttachedDevice device, String cause) throws IommuException {
                await(rest);
            }

            @Override
            public void resume(AttachedDevice device) {
                goesOn.countDown();
            }
        });
        fixture.patience = Duration.ofMillis(100);
        there = new FakeKernel(D0, D1);
        assertThat(refusal()).hasMessageContaining("its owner did not bring it to rest within 100 ms");
        assertThat(goesOn.getCount()).isEqualTo(1);
        rest.countDown();
        assertThat(goesOn.await(10, TimeUnit.SECONDS)).isTrue();
        assertUnmoved();
    }

    private static void await(CountDownLatch latch) throws IommuException {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupted) {
            throw new IommuException("wait", "interrupted", "");
        }
    }

    @Test
    void whatADriverHasOpenKeepsTheSpaceWhereItIs() throws IommuException {
        begin(D0, D1);
        try (DeviceInterrupts _ = d0.allow(InterruptKind.MSI, 1)) {
            assertThat(refusal())
                    .hasMessageContaining("the driver of d0 has something open that would end: MSI interrupts");
            assertUnmoved();
        }
        there = new FakeKernel(D0, D1);
        move();
        assertThat(there.attached()).contains("d0");
    }

    @Test
    void busMasteringIsOffWhileASpaceMovesAndThenAsBefore() throws IommuException {
        begin(D0, D1);
        fixture.kernel.command("d0", 0x407);
        there.command("d0", 0x3);
        move();
        assertThat(fixture.kernel.commands("d0")).containsExactly(0x403);
        assertThat(there.commands("d0")).containsExactly(0x407);
    }

    @Test
    void aMoveThatIsUndoneGivesBusMasteringBack() throws IommuException {
        begin(D0, D1);
        fixture.kernel.command("d0", 0x6);
        there.fail(Fault.REFUSED, 0, 1);
        assertThat(refusal()).isNotNull();
        assertThat(fixture.kernel.commands("d0")).containsExactly(0x2, 0x6);
    }

    @Test
    void aLogOfWrittenPagesKeepsTheSpaceWhereItIs() throws IommuException {
        begin(D0, D1);
        try (var _ = space.logDirtyPages()) {
            assertThat(refusal()).hasMessageContaining("written pages are being logged");
        }
        assertUnmoved();
    }

    @Test
    void whileASpaceMovesReadersGoOnAndOthersWait() throws Exception {
        begin(D0, D1);
        SpaceSnapshot before = space.snapshot();
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        there.hold(arrived, goOn);
        CompletableFuture<CommitReport> moving = CompletableFuture.supplyAsync(() -> quietly(this::move));
        assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(space.snapshot()).isEqualTo(before);
        assertThatThrownBy(() -> space.moves().run("other", () -> there, () -> {}, () -> true))
                .hasMessageContaining("it is being moved already");
        CompletableFuture<CommitReport> commit =
                CompletableFuture.supplyAsync(() -> quietly(() -> space.commit(FlatViewChange.NONE)));
        CompletableFuture<Boolean> read = CompletableFuture.supplyAsync(() -> quietly(() -> {
            d0.read(0, 0, Arena.ofAuto().allocate(1));
            return true;
        }));
        space.replan("a plugin came");
        assertThat(commit.isDone() || read.isDone() || moving.isDone()).isFalse();
        goOn.countDown();
        moving.get(10, TimeUnit.SECONDS);
        commit.get(10, TimeUnit.SECONDS);
        assertThat(read.get(10, TimeUnit.SECONDS)).isTrue();
        assertThat(there.entries()).isEqualTo(List.copyOf(before.table()));
    }

    private interface Call<T> {
        T run() throws IommuException;
    }

    private static <T> T quietly(Call<T> call) {
        try {
            return call.run();
        } catch (IommuException failure) {
            throw new AssertionError(failure);
        }
    }

    @Test
    void aClosedSpaceDoesNotMove() throws IommuException {
        begin(D0, D1);
        space.close();
        assertThat(refusal()).hasMessageContaining("is closed");
        assertThat(there.closed()).isTrue();
    }
}

package org.pinion.core.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;
import static org.pinion.core.space.SpaceFixture.device;
import static org.pinion.core.space.SpaceFixture.pages;
import static org.pinion.core.space.SpaceFixture.ram;
import static org.pinion.core.space.SpaceFixture.rom;
import static org.pinion.core.space.SpaceFixture.view;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.pinion.api.AttachedDevice;
import org.pinion.api.Backing;
import org.pinion.api.CommitReport;
import org.pinion.api.Explanation;
import org.pinion.api.FlatView;
import org.pinion.api.Forecast;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.Plan;
import org.pinion.api.RangeSet;
import org.pinion.api.RefusedException;
import org.pinion.api.Section;
import org.pinion.api.SectionKind;
import org.pinion.api.SpaceSnapshot;
import org.pinion.api.SpaceSnapshot.State;
import org.pinion.spi.policy.Verdict;

class SpaceTest {

    private final SpaceFixture fixture = new SpaceFixture(
            device("d0", 4096, pages(20, 2)), device("d1", 4096, pages(4, 1)), device("coarse", 0x4000));
    private final Space space = fixture.space;
    private final FakeKernel kernel = fixture.kernel;

    private static IommuException failure(Throwing call) {
        return catchThrowableOfType(IommuException.class, call::run);
    }

    private interface Throwing {
        void run() throws Exception;
    }

    @Test
    void commitInstallsWhatThePlanMapsAndReportsIt() throws IommuException {
        CommitReport report = space.commit(view(ram(pages(0, 4)), rom(pages(8, 1))));

        assertThat(kernel.entries()).extracting(Mapping::range).containsExactly(pages(0, 4), pages(8, 1));
        assertThat(report.mapped()).isEqualTo(kernel.entries());
        assertThat(space.snapshot().table()).isEqualTo(kernel.entries());
        assertThat(space.snapshot().version()).isEqualTo(1);
        assertThat(fixture.events).containsExactly("CHANGED commit of 'view'");
    }

    @Test
    void commitTouchesOnlyWhatChanged() throws IommuException {
        space.commit(view(ram(pages(0, 8))));
        kernel.heal();

        CommitReport report = space.commit(view(ram(pages(0, 2)), ram(pages(2, 6)), rom(pages(10, 1))));

        assertThat(kernel.calls()).containsExactly("map " + pages(10, 1));
        assertThat(report.keptBytes()).isEqualTo(8 * 4096);
    }

    @Test
    void commitCutsAHole() throws IommuException {
        space.commit(view(ram(pages(0, 8))));

        CommitReport report = space.commit(view(ram(pages(0, 2)), ram(pages(4, 4))));

        assertThat(kernel.entries()).extracting(Mapping::range).containsExactly(pages(0, 2), pages(4, 4));
        assertThat(report.unmapped()).extracting(Mapping::range).containsExactly(pages(2, 2));
    }

    @Test
    void attachUnmapsWhatTheDeviceExcludesAndDetachMapsItAgain() throws IommuException {
        space.commit(view(rom(pages(0, 8))));
        SpaceSnapshot alone = space.snapshot();

        AttachedDevice device = space.attach("d1");

        assertThat(device.device().address()).isEqualTo("d1");
        assertThat(kernel.attached()).containsExactly("d1");
        assertThat(kernel.entries()).extracting(Mapping::range).containsExactly(pages(0, 4), pages(5, 3));
        assertThat(space.snapshot().devices()).containsExactly(device.device());

        CommitReport report = space.detach("d1");

        assertThat(report.mapped()).extracting(Mapping::range).containsExactly(pages(4, 1));
        assertThat(space.snapshot().table()).isEqualTo(alone.table());
        assertThat(space.snapshot().plan()).isEqualTo(alone.plan());
        assertThat(kernel.open()).isEmpty();
    }

    @Test
    void attachOfACoarserDeviceMakesEntriesAnewThatBreakItsAlignment() throws IommuException {
        space.commit(view(ram(pages(0, 5))));
        space.commit(view(ram(pages(0, 8))));

        space.attach("coarse");

        assertThat(kernel.entries()).allSatisfy(entry -> assertThat(entry.range().start() % 0x4000).isZero());
        assertThat(space.snapshot().table()).extracting(Mapping::range).containsExactly(pages(0, 8));
    }

    @Test
    void attachIsRefusedWhereTheDeviceReservesRamAndNothingChanges() throws IommuException {
        space.commit(view(ram(pages(0, 8))));
        SpaceSnapshot before = space.snapshot();
        kernel.heal();

        RefusedException refused = catchThrowableOfType(RefusedException.class, () -> space.attach("d1"));

        assertThat(refused.plan().refusals()).hasSize(1);
        assertThat(refused).hasMessageContaining("reserved (msi) by d1").hasMessageContaining("keep the guest's RAM");
        assertThat(space.snapshot()).isSameAs(before);
        assertThat(kernel.calls()).containsExactly("preflight d1", "release d1");
        assertThat(kernel.open()).isEmpty();
        assertThat(fixture.events).last().isEqualTo("REFUSED attach d1");
    }

    @Test
    void attachingTwiceFailsAndLeavesTheDeviceAttached() throws IommuException {
        space.attach("d0");

        assertThat(failure(() -> space.attach("d0"))).hasMessageContaining("already attached to 'guest'");
        assertThat(kernel.attached()).containsExactly("d0");
    }

    @Test
    void attachOfAnUnknownDeviceSaysSo() {
        assertThat(failure(() -> space.attach("d9"))).hasMessageContaining("there is no such device");
    }

    @Test
    void attachIsUndoneIfTheKernelAllowsOtherAddressesThanPredicted() throws IommuException {
        space.commit(view(rom(pages(0, 8))));
        SpaceSnapshot before = space.snapshot();
        kernel.lieAboutUsable(RangeSet.of(pages(0, 100)));

        assertThat(failure(() -> space.attach("d1")))
                .hasMessageContaining("[0x0-0x63fff]")
                .hasMessageContaining("[0x0-0x3fff, 0x5000-0xffffffffffffffff] was predicted");
        assertThat(kernel.attached()).isEmpty();
        assertThat(kernel.open()).isEmpty();
        assertThat(space.snapshot()).isSameAs(before);
        assertThat(kernel.entries()).extracting(Mapping::range).containsExactly(pages(0, 4), pages(4, 1), pages(5, 3));
    }

    @Test
    void detachOfADeviceThatIsNotAttachedNamesThoseThatAre() throws IommuException {
        space.attach("d0");

        assertThat(failure(() -> space.detach("d1"))).hasMessageContaining("attached are d0");
    }

    @Test
    void detachSucceedsEvenIfNothingCanBePlannedAndKeepsTheMappings() throws IommuException {
        space.commit(view(rom(pages(0, 8))));
        space.attach("d1");
        List<Mapping> mapped = kernel.entries();
        fixture.planFailure = new IommuException("plan", "policy 'test' is gone", "");

        space.detach("d1");

        assertThat(kernel.attached()).isEmpty();
        assertThat(kernel.entries()).isEqualTo(mapped);
        assertThat(space.snapshot().devices()).isEmpty();
        assertThat(fixture.events).endsWith("CHANGED detach d1", "REFUSED detach d1");

        fixture.planFailure = null;
        space.replan("policy 'test' arrived");
        assertThat(space.snapshot().table()).extracting(Mapping::range).containsExactly(pages(0, 8));
    }

    @Test
    void whatIsToBeDoneAfterClosingIsDoneOnceWhenTheKernelHoldsNothingAnyMore() throws IommuException {
        List<Boolean> closed = new ArrayList<>();
        space.whenClosed(() -> {
            throw new IllegalStateException("told to fail");
        });
        space.whenClosed(() -> closed.add(kernel.closed()));
        space.close();
        space.close();
        assertThat(closed).containsExactly(true);
        space.whenClosed(() -> closed.add(kernel.closed()));
        assertThat(closed).hasSize(2);
    }

    @Test
    void aDeviceCannotBeUsedAfterItsDetach() throws IommuException {
        AttachedDevice device = space.attach("d0");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment byteRead = arena.allocate(1);
            device.read(0, 0, byteRead);
            assertThat(byteRead.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 42);

            space.detach("d0");

            assertThat(failure(() -> device.read(0, 0, byteRead))).hasMessageContaining("not attached any more");
        }
    }

    @Test
    void aDetachThatADriverHoldsUpFailsAndTheDeviceGoesOn() throws Exception {
        AttachedDevice device = space.attach("d0");
        Thread driver = Thread.ofPlatform().start(() -> failure(() -> device.read(FakeDevice.HOLDS, 0, null)));
        kernel.reading().await();
        fixture.patience = Duration.ofMillis(20);

        assertThat(failure(() -> space.detach("d0"))).hasMessageContaining("has not ended within 20 ms");
        assertThat(kernel.attached()).containsExactly("d0");

        kernel.goOn().countDown();
        await().until(() -> !driver.isAlive());
        space.detach("d0");
        assertThat(kernel.attached()).isEmpty();
    }

    @Test
    void whatABackendThrowsAtADriverIsAnIommuException() throws IommuException {
        AttachedDevice device = space.attach("d0");

        assertThat(failure(() -> device.write(0, 0, MemorySegment.NULL))).hasMessageContaining("writes nothing");
    }

    @Test
    void memoryOfAnotherProcessIsRefusedBeforeTheKernelIsAsked() throws IommuException {
        Section remote = Section.ram(pages(0, 4), new Backing.Remote("pc.ram", 0), "pc.ram");

        Plan plan = space.preview(view(remote), List.of());
        IommuException failure = failure(() -> space.commit(view(remote)));

        assertThat(plan.mapped()).hasSize(1);
        assertThat(failure).hasMessageContaining("belongs to another process").hasMessageContaining("'pc.ram' at 0x0");
        assertThat(kernel.calls()).isEmpty();
    }

    @Test
    void previewLearnsAboutDevicesAndLeavesNoTrace() throws IommuException {
        space.attach("d0");
        kernel.heal();

        Plan plan = space.preview(view(ram(pages(0, 8))), List.of("d1", "d0"));

        assertThat(plan.refusals()).hasSize(1);
        assertThat(plan.limits().devices()).extracting(limits -> limits.device()).containsExactly("d0", "d1");
        assertThat(kernel.calls()).containsExactly("preflight d1", "release d1");
        assertThat(space.snapshot().plan().view().sections()).isEmpty();
    }

    @Test
    void previewReleasesTheDevicesItHasOpenedIfALaterOneFails() {
        assertThat(failure(() -> space.preview(view(), List.of("d0", "d9")))).hasMessageContaining("no such device");
        assertThat(kernel.open()).isEmpty();
    }

    @Test
    void whyTellsWhatReachesAnAddressAndWhoSaidWhat() throws IommuException {
        space.commit(view(ram(pages(0, 4))));

        Explanation mapped = space.why(0x1234);

        assertThat(mapped.installed()).isPresent();
        assertThat(mapped.sentences())
                .containsExactly(
                        "a device reaches 0x1234 (rw, by file): file descriptor 3 at 0x1234, "
                                + "in the mapping of 0x0-0x3fff",
                        "0x0-0x3fff of section 'ram' at 0x0-0x3fff (ram) is mapped by rule test/memory: it is memory",
                        "classifier 'eye' says seen of 0x0-0x3fff: it shows");
    }

    @Test
    void whyTellsWhoForbidsAnAddress() throws IommuException {
        space.commit(view(rom(pages(0, 8))));
        space.attach("d1");

        Explanation carved = space.why(0x4800);

        assertThat(carved.forbiddenBy()).contains("reserved (msi) by d1");
        assertThat(carved.sentences())
                .first()
                .isEqualTo("no device can reach 0x4800: it is not mapped");
        assertThat(carved.sentences()).anySatisfy(sentence -> assertThat(sentence)
                .contains("is carved out by rule test/reserved"));
    }

    @Test
    void whyTellsThatNothingShowsAtAnAddress() throws IommuException {
        space.commit(view(ram(pages(0, 4))));

        assertThat(space.why(-1L).sentences())
                .contains("no section of flat view 'view' shows at 0xffffffffffffffff");
    }

    @Test
    void replanAppliesWhatAChangedPolicySays() throws IommuException {
        space.commit(view(ram(pages(0, 4)), rom(pages(8, 1))));
        fixture.policy = part -> part.section().kind() == SectionKind.ROM
                ? Verdict.skip("rom", "no ROM")
                : SpaceFixture.MAP_MEMORY.decide(part);

        space.replan("policy 'test' changed");

        assertThat(kernel.entries()).extracting(Mapping::range).containsExactly(pages(0, 4));
        assertThat(fixture.events).last().isEqualTo("CHANGED policy 'test' changed");
    }

    @Test
    void replanThatChangesNothingPublishesNothing() throws IommuException {
        space.commit(view(ram(pages(0, 4))));
        SpaceSnapshot before = space.snapshot();

        space.replan("classifier 'x' arrived");

        assertThat(space.snapshot()).isSameAs(before);
        assertThat(fixture.events).hasSize(1);
    }

    @Test
    void replanThatIsRefusedLeavesTheSpaceAsItIsAndSaysSo() throws IommuException {
        space.commit(view(ram(pages(0, 4))));
        SpaceSnapshot before = space.snapshot();
        fixture.policy = _ -> Verdict.refuse("no", "not any more", "");

        space.replan("policy 'test' changed");

        SpaceSnapshot now = space.snapshot();
        assertThat(now.withPending(Optional.empty())).isEqualTo(before);
        assertThat(now.pending().orElseThrow().reason()).contains("not any more [test/no]");
        assertThat(now.pending().orElseThrow().plan().orElseThrow().refusals()).hasSize(1);
        assertThat(kernel.entries()).hasSize(1);
        assertThat(fixture.events)
                .endsWith("REFUSED policy 'test' changed", "PENDING policy 'test' changed");

        fixture.policy = SpaceFixture.MAP_MEMORY;
        space.replan("policy 'test' changed back");
        assertThat(space.snapshot()).isEqualTo(before);
    }

    @Test
    void whatIsPendingIsAcceptedByTakingOutWhatIsRefused() throws IommuException {
        space.attach("d0");
        space.commit(view(ram(pages(0, 4)), ram(pages(16, 4))));
        FlatView shown = space.snapshot().plan().view();
        fixture.policy = part -> part.range().start() == 0
                ? Verdict.refuse("low", "not there", "")
                : SpaceFixture.MAP_MEMORY.decide(part);
        space.replan("policy 'test' changed");
        assertThat(space.snapshot().table()).hasSize(2);

        assertThat(space.acceptPending().unmapped()).hasSize(1);

        assertThat(space.snapshot().pending()).isEmpty();
        assertThat(space.snapshot().table()).extracting(Mapping::range).containsExactly(pages(16, 4));
        assertThat(failure(() -> space.commit(shown))).isInstanceOf(RefusedException.class);
        assertThat(failure(space::acceptPending)).hasMessageContaining("nothing is pending");
    }

    @Test
    void whatIsPendingIsDiscardedAndNothingChanges() throws IommuException {
        space.commit(view(ram(pages(0, 4))));
        SpaceSnapshot before = space.snapshot();
        fixture.planFailure = new IommuException("plan", "policy 'test' is gone", "");
        space.replan("policy 'test' left");
        assertThat(space.snapshot().pending().orElseThrow().reason()).isEqualTo("policy 'test' is gone");
        assertThat(failure(space::acceptPending)).hasMessageContaining("no plan could be made: policy 'test' is gone");

        space.discardPending();

        assertThat(space.snapshot()).isEqualTo(before);
    }

    @Test
    void aSpaceWhoseBackendIsGoneCanBeReadAndClosedOnly() throws IommuException {
        space.commit(view(ram(pages(0, 4))));
        space.succession().leave("backend 'fake' of bundle org.fake 1.0.0", false, Optional.empty(), () -> true);

        assertThat(failure(() -> space.commit(view()))).hasMessageContaining("backend 'fake' of bundle org.fake 1.0.0");
        assertThat(space.snapshot().table()).hasSize(1);
        assertThat(space.why(0).installed()).isPresent();

        space.close();
        assertThat(kernel.closed()).isTrue();
    }

    @Test
    void closingTwiceClosesOnce() throws IommuException {
        space.attach("d0");
        space.close();
        space.close();

        assertThat(kernel.calls()).filteredOn("close"::equals).hasSize(1);
        assertThat(space.snapshot().state()).isEqualTo(State.CLOSED);
        assertThat(fixture.closed).containsExactly(space);
        assertThat(fixture.events).filteredOn("CLOSED close"::equals).hasSize(1);
        assertThat(failure(() -> space.commit(view()))).hasMessageContaining("is closed");
    }

    @Test
    void aSpaceIsClosedEvenIfTheKernelComplains() {
        kernel.fail(FakeKernel.Fault.REFUSED, 0, 1);

        assertThatExceptionOfType(IommuException.class).isThrownBy(space::close);
        assertThat(space.snapshot().state()).isEqualTo(State.CLOSED);
        assertThat(fixture.closed).containsExactly(space);
    }

    @Test
    void aWriterThatWaitsTooLongLearnsWhatRunsAndSinceWhen() throws Exception {
        CountDownLatch planning = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        fixture.policy = part -> {
            planning.countDown();
            awaitLatch(goOn);
            return SpaceFixture.MAP_MEMORY.decide(part);
        };
        Thread slow = Thread.ofPlatform().start(() -> failure(() -> space.commit(view(ram(pages(0, 1))))));
        planning.await();
        fixture.patience = Duration.ofMillis(20);

        assertThat(failure(() -> space.attach("d0")))
                .hasMessageContaining("address space 'guest' is busy: 'commit of 'view'' has been running for")
                .hasMessageContaining("waited 20 ms");
        assertThat(space.snapshot().version()).isZero();

        goOn.countDown();
        await().until(() -> !slow.isAlive());
        assertThat(space.snapshot().version()).isEqualTo(1);
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    @Test
    void aForecastIsWhatTheAttachThenDoes() throws IommuException {
        space.attach("d1");
        space.commit(view(ram(pages(0, 4)), rom(pages(8, 30))));
        Forecast forecast = space.forecast(space.snapshot().plan().view(), List.of(), "d0");

        assertThat(kernel.attached()).containsExactly("d1");
        assertThat(kernel.open()).containsExactly("d1");
        assertThat(forecast.accepted()).isTrue();
        assertThat(forecast.unmapped()).extracting(Mapping::range).containsExactly(pages(20, 2));
        assertThat(forecast.mapped()).isEmpty();
        assertThat(forecast.newlyPinnedBytes()).isZero();
        assertThat(forecast.unpinnedBytes()).isEqualTo(2 * 4096);
        assertThat(forecast.before()).isEqualTo(space.snapshot().plan());
        kernel.pinsCutPagesAnew();
        Forecast costly = space.forecast(space.snapshot().plan().view(), List.of(), "d0");
        assertThat(costly.newlyPinnedBytes()).as("what stays of the ROM").isEqualTo(28 * 4096);
        assertThat(costly.unpinnedBytes()).isEqualTo(30 * 4096);
        space.attach("d0");
        assertThat(space.snapshot().plan()).isEqualTo(forecast.plan());
    }

    @Test
    void theFirstDeviceHasAllPinnedAndDevicesMayBeTakenForAttached() throws IommuException {
        space.commit(view(ram(pages(0, 4)), rom(pages(8, 30))));
        FlatView view = space.snapshot().plan().view();
        assertThat(space.forecast(view, List.of(), "d0").newlyPinnedBytes()).isEqualTo(32 * 4096);
        assertThat(space.forecast(view, List.of("coarse"), "d0").newlyPinnedBytes()).isZero();
        kernel.mediated("d0");
        assertThat(space.forecast(view, List.of(), "d0").newlyPinnedBytes()).isZero();
        assertThat(failure(() -> space.forecast(view, List.of("d0"), "d0"))).hasMessageContaining("already attached");
    }

    @Test
    void whatDoesNotFitTheLimitOnLockedMemoryIsRefusedBeforeTheFirstCall() throws IommuException {
        kernel.memlock(OptionalLong.of(10 * 4096), 0);
        space.attach("d0");
        space.commit(view(ram(pages(0, 4))));
        kernel.memlock(OptionalLong.of(10 * 4096), 4 * 4096);
        kernel.heal();
        IommuException refused = failure(() -> space.commit(view(ram(pages(8, 12)))));

        assertThat(refused).hasMessageContaining("0x8000 more bytes are to be pinned")
                .hasMessageContaining("leaves 0x6000 of 0xa000")
                .hasMessageContaining("raise the limit to 0xc000 bytes or more: ulimit -l 48");
        assertThat(kernel.calls()).isEmpty();
        assertThat(space.snapshot().state()).isEqualTo(State.ACTIVE);
        space.commit(view(ram(pages(8, 10))));
    }
}

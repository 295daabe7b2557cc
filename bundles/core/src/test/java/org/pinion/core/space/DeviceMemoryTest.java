package org.pinion.core.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.pinion.core.space.SpaceFixture.bar;
import static org.pinion.core.space.SpaceFixture.device;
import static org.pinion.core.space.SpaceFixture.pages;
import static org.pinion.core.space.SpaceFixture.ram;
import static org.pinion.core.space.SpaceFixture.rom;
import static org.pinion.core.space.SpaceFixture.view;
import static org.pinion.core.space.SpaceFixture.withBar;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pinion.api.AttachedDevice;
import org.pinion.api.CommitReport;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.Plan;
import org.pinion.api.SpaceSnapshot;

/** What a device hands out is reachable while the device is attached and its memory is on, and not otherwise. */
class DeviceMemoryTest {

    private static final FlatView VIEW = view(ram(pages(0, 4)), bar(pages(16, 4), "owner"));
    private static final long IN_BAR = 16 * 4096;

    private final SpaceFixture fixture = new SpaceFixture(
            withBar(device("owner", 4096), 4), device("user", 4096), device("keeper", 4096, pages(8, 1)));
    private final Space space = fixture.space;
    private final FakeKernel kernel = fixture.kernel;

    @BeforeEach
    void commitTheView() throws IommuException {
        space.commit(VIEW);
    }

    private boolean reachable() {
        return kernel.alive().stream().anyMatch(entry -> entry.range().contains(IN_BAR));
    }

    private String why() {
        return String.join("\n", space.why(IN_BAR).sentences());
    }

    private static void memory(AttachedDevice device, boolean on) throws IommuException {
        device.write(FakeDevice.COMMAND, 0, MemorySegment.ofArray(new byte[] {(byte) (on ? 1 : 0)}));
    }

    @Test
    void aBarIsMappedWhenItsDeviceIsAttachedAndNotBefore() throws IommuException {
        space.attach("user");
        assertThat(reachable()).isFalse();
        assertThat(why()).contains("device owner is not attached to this address space, so nobody can export its BAR");

        space.attach("owner");
        assertThat(reachable()).isTrue();
        assertThat(why()).contains("a device reaches 0x10000 (rw, by dma-buf): BAR 2 of owner at 0x0");
    }

    @Test
    void aPreviewWithItsDeviceSaysSoBeforehand() throws IommuException {
        Plan plan = space.preview(VIEW, List.of("owner"));

        space.attach("owner");

        assertThat(plan).isEqualTo(space.snapshot().plan());
    }

    @Test
    void aBarIsUnmappedBeforeItsDeviceGoesAndTheReportSaysSo() throws IommuException {
        space.attach("user");
        space.attach("owner");

        CommitReport report = space.detach("owner");

        assertThat(report.unmapped()).extracting(Mapping::range).containsExactly(pages(16, 4));
        assertThat(report.keptBytes()).isEqualTo(4 * 4096);
        assertThat(kernel.entries()).extracting(Mapping::range).containsExactly(pages(0, 4));
        assertThat(kernel.calls()).containsSubsequence("unmap " + pages(16, 4), "detach owner");
    }

    @Test
    void aDetachThatTheKernelRefusesMapsTheBarAgain() throws IommuException {
        space.attach("owner");
        SpaceSnapshot before = space.snapshot();
        kernel.fail(FakeKernel.Fault.REFUSED, 1, 2);

        assertThatThrownBy(() -> space.detach("owner")).hasMessageContaining("detach owner: EIO");

        assertThat(kernel.calls().get(1)).isEqualTo("detach owner");
        assertThat(reachable()).isTrue();
        assertThat(space.snapshot()).isSameAs(before);
    }

    @Test
    void aDetachThatCannotBePlannedTakesTheBarAlongAndTheNextCommitHeals() throws IommuException {
        space.attach("owner");
        fixture.planFailure = new IommuException("plan", "policy 'test' is gone", "");

        CommitReport report = space.detach("owner");

        assertThat(report.unmapped()).extracting(Mapping::range).containsExactly(pages(16, 4));
        assertThat(space.snapshot().state()).isEqualTo(SpaceSnapshot.State.DEGRADED);
        fixture.planFailure = null;
        space.commit(VIEW);
        assertThat(space.snapshot().state()).isEqualTo(SpaceSnapshot.State.ACTIVE);
        assertThat(space.snapshot().table()).extracting(Mapping::range).containsExactly(pages(0, 4));
    }

    @Test
    void aDetachThatCannotMapWhatItMadeFreeStillStands() throws IommuException {
        space.commit(view(rom(pages(4, 8)), bar(pages(16, 4), "owner")));
        space.attach("owner");
        space.attach("keeper");
        kernel.fail(FakeKernel.Fault.REFUSED, 1, 2);

        assertThatThrownBy(() -> space.detach("keeper")).hasMessageContaining("the space is degraded");

        assertThat(kernel.calls()).startsWith("detach keeper", "map " + pages(8, 1));
        assertThat(kernel.attached()).containsExactly("owner");
    }

    @Test
    void memoryTurnedOffIsUnmappedAndMappedAgainWhenItIsBack() throws IommuException {
        AttachedDevice owner = space.attach("owner");

        memory(owner, false);
        assertThat(kernel.entries()).extracting(Mapping::range).containsExactly(pages(0, 4));
        assertThat(why()).contains("no device can reach 0x10000", "the memory of owner is turned off");

        memory(owner, true);
        assertThat(reachable()).isTrue();
        assertThat(fixture.events)
                .endsWith("CHANGED owner turned its memory off", "CHANGED owner turned its memory on");
    }

    @Test
    void aWriteThatChangesNothingIsNoNews() throws IommuException {
        AttachedDevice owner = space.attach("owner");
        SpaceSnapshot before = space.snapshot();

        memory(owner, true);

        assertThat(space.snapshot()).isSameAs(before);
    }

    @Test
    void afterAResetWhatLedNowhereIsMappedAnewAndNothingElseIsTouched() throws IommuException {
        AttachedDevice owner = space.attach("owner");
        kernel.calls().clear();

        owner.reset();

        assertThat(reachable()).isTrue();
        assertThat(kernel.calls()).containsExactly("unmap " + pages(16, 4), "map " + pages(16, 4));
        assertThat(fixture.events).endsWith("CHANGED owner was reset or its memory was off for a while");
    }

    @Test
    void aResetThatFailsHalfWayIsSeenToAllTheSame() throws IommuException {
        AttachedDevice owner = space.attach("owner");
        kernel.failResets();
        kernel.calls().clear();

        assertThatThrownBy(owner::reset).hasMessageContaining("told to fail");

        assertThat(reachable()).isTrue();
        assertThat(kernel.calls()).containsExactly("unmap " + pages(16, 4), "map " + pages(16, 4));
    }

    @Test
    void aBarThatCannotBeMappedAnewIsMissingUntilTheNextCommit() throws IommuException {
        AttachedDevice owner = space.attach("owner");
        kernel.fail(FakeKernel.Fault.REFUSED, 1, Integer.MAX_VALUE);

        owner.reset();

        assertThat(space.snapshot().state()).isEqualTo(SpaceSnapshot.State.DEGRADED);
        assertThat(space.snapshot().missing()).extracting(Mapping::range).containsExactly(pages(16, 4));
        kernel.heal();
        space.commit(VIEW);
        assertThat(reachable()).isTrue();
        assertThat(space.snapshot().state()).isEqualTo(SpaceSnapshot.State.ACTIVE);
    }

    @Test
    void memoryThatWentWhileNothingCouldBePlannedIsMissing() throws IommuException {
        AttachedDevice owner = space.attach("owner");
        fixture.planFailure = new IommuException("plan", "policy 'test' is gone", "");

        owner.reset();

        assertThat(space.snapshot().state()).isEqualTo(SpaceSnapshot.State.DEGRADED);
        fixture.planFailure = null;
        space.replan("policy 'test' arrived");
        assertThat(reachable()).isTrue();
        assertThat(space.snapshot().state()).isEqualTo(SpaceSnapshot.State.ACTIVE);
    }

    @Test
    void aRolledBackCommitKeepsTheBar() throws IommuException {
        space.attach("owner");
        kernel.fail(FakeKernel.Fault.REFUSED, 1, 2);

        assertThatThrownBy(() -> space.commit(view(ram(pages(0, 4)), ram(pages(32, 1)))))
                .hasMessageContaining("EIO");

        assertThat(reachable()).isTrue();
        assertThat(space.snapshot().state()).isEqualTo(SpaceSnapshot.State.ACTIVE);
    }
}

package org.example.vhostvdpa;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pinion.api.AddressRange;
import org.pinion.api.DeviceLimits;
import org.pinion.api.IommuException;
import org.pinion.api.RangeSet;
import org.pinion.api.ReservedRegion;

/** What is learned of a device, and that it leaves nothing behind. */
class PreflightTest {

    @ParameterizedTest
    @EnumSource
    void learnsWhetherTheKernelPinsForTheDevice(FakeVdpa.Kind kind) throws IommuException {
        Scene scene = new Scene(kind);
        scene.session.preflight("vdpa0");
        assertThat(scene.session.pins("vdpa0")).isEqualTo(kind == FakeVdpa.Kind.PINS);
        assertThat(scene.first.held()).isEmpty();
        assertThat(scene.kernel.pinned()).isZero();
    }

    @Test
    void aDeviceForWhichNothingCanBePinnedIsKnownToPin() throws IommuException {
        Scene scene = new Scene(FakeVdpa.Kind.PINS);
        scene.kernel.memlock = 0;
        scene.session.preflight("vdpa0");
        assertThat(scene.session.pins("vdpa0")).isTrue();
    }

    @Test
    void theLastThreePagesAreKept() throws IommuException {
        Scene scene = new Scene(FakeVdpa.Kind.PINS);
        scene.first.range = new AddressRange(0x1000, 0xffff_ffffL);
        DeviceLimits limits = scene.session.preflight("vdpa0");
        assertThat(limits.usable()).isEqualTo(RangeSet.of(new AddressRange(0x1000, 0xffff_cfffL)));
        assertThat(limits.reserved()).containsExactly(
                new ReservedRegion(new AddressRange(0xffff_d000L, 0xffff_ffffL), "vhost-vdpa"));
        assertThat(limits.alignment()).isEqualTo(4096);
        assertThat(limits.iommu().features())
                .containsExactly("batched mapping", "mappings stay through a reset", "pins what is mapped");
    }

    @Test
    void onlyWholePagesOfTheRangeAreUsed() throws IommuException {
        Scene scene = new Scene(FakeVdpa.Kind.BY_ADDRESS);
        scene.first.range = new AddressRange(0x1001, 0xffff_fffeL);
        assertThat(scene.session.preflight("vdpa0").usable())
                .isEqualTo(RangeSet.of(new AddressRange(0x2000, 0xffff_bfffL)));
    }

    @Test
    void allAddressesCanBeUsedButTheLastPages() throws IommuException {
        Scene scene = new Scene(FakeVdpa.Kind.PINS);
        assertThat(scene.session.preflight("vdpa0").usable())
                .isEqualTo(RangeSet.of(new AddressRange(0, Scene.GUARD.start() - 1)));
    }

    @Test
    void aDeviceWithoutRoomIsRefusedAndClosed() {
        Scene scene = new Scene(FakeVdpa.Kind.PINS);
        scene.first.range = new AddressRange(0, 0x2fff);
        assertThat(Scene.failure(() -> scene.session.preflight("vdpa0")))
                .hasMessageContaining("it can use only 0x0-0x2fff");
        assertThat(scene.kernel.left()).isEmpty();
    }

    @Test
    void aReleasedDeviceIsClosed() throws IommuException {
        Scene scene = new Scene(FakeVdpa.Kind.PINS);
        scene.session.preflight("vdpa0");
        assertThat(scene.first.opened).isTrue();
        scene.session.release("vdpa0");
        scene.session.release("vdpa0");
        assertThat(scene.kernel.left()).isEmpty();
        assertThat(Scene.failure(() -> scene.session.attach("vdpa0"))).hasMessageContaining("were not learned before");
    }

    @Test
    void anAttachedDeviceIsNeitherReleasedNorAttachedAgain() throws IommuException {
        Scene scene = new Scene(FakeVdpa.Kind.PINS);
        scene.attach("vdpa0");
        assertThat(Scene.failure(() -> scene.session.release("vdpa0"))).hasMessageContaining("it is attached");
        assertThat(Scene.failure(() -> scene.session.attach("vdpa0"))).hasMessageContaining("attached already");
        assertThat(Scene.failure(() -> scene.session.detach("vdpa1"))).hasMessageContaining("it is not attached");
    }
}

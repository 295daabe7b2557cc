package org.example.vhostvdpa;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.linux.Kernel;
import org.pinion.spi.backend.BackendSession;

/** What the backend says before anything is opened. */
class VhostVdpaBackendTest {

    private final FakeKernel kernel = new FakeKernel();
    private final VhostVdpaBackend backend = new VhostVdpaBackend(kernel);

    @Test
    void isNotAvailableWithoutADeviceAndSaysHowToMakeOne() {
        assertThat(backend.probe().available()).isFalse();
        assertThat(backend.probe().detail())
                .contains("shows no vdpa device", "vdpa dev add name vdpa0 mgmtdev vdpasim_blk");
    }

    @Test
    void anEmulatedKernelHasNoDeviceWhateverTheMachineHas() {
        kernel.type = Kernel.EMULATED;
        assertThat(backend.probe().detail()).contains("PINION_OPTS=-Dorg.pinion.kernel=native");
    }

    @Test
    void isAvailableWithADeviceAndDoesNotOpenIt() {
        FakeVdpa device = kernel.device(FakeVdpa.Kind.PINS);
        assertThat(backend.probe().available()).isTrue();
        assertThat(backend.probe().detail()).isEqualTo("vdpa0 is /dev/vhost-vdpa-0");
        assertThat(device.opened).isFalse();
        assertThat(kernel.calls).isZero();
    }

    @Test
    void isNotAvailableIfTheHostUsesEveryDevice() {
        kernel.device(FakeVdpa.Kind.PINS);
        kernel.driver("vdpa0", "virtio_vdpa");
        assertThat(backend.probe().available()).isFalse();
        assertThat(backend.probe().detail()).contains("no vdpa device has driver vhost_vdpa");
    }

    @Test
    void listsDevicesWithTheirDrivers() throws IommuException {
        kernel.device(FakeVdpa.Kind.PINS);
        kernel.device(FakeVdpa.Kind.PINS);
        kernel.driver("vdpa1", "virtio_vdpa");
        assertThat(backend.devices()).isEqualTo(List.of(
                new HostDevice("vdpa0", "vdpa device /dev/vhost-vdpa-0", -1, "vhost_vdpa", false),
                new HostDevice("vdpa1", "vdpa device", -1, "virtio_vdpa", false)));
    }

    @Test
    void refusesADeviceThatIsNotThereAndNamesThoseThatAre() {
        kernel.device(FakeVdpa.Kind.PINS);
        BackendSession session = backend.open("test");
        assertThat(Scene.failure(() -> session.preflight("vdpa7")))
                .hasMessageContaining("preflight vdpa7 for 'test'")
                .hasMessageContaining("there are vdpa0");
    }

    @Test
    void refusesADeviceOfAnotherDriverWithTheCommandsToGetIt() {
        kernel.device(FakeVdpa.Kind.PINS);
        kernel.driver("vdpa0", "virtio_vdpa");
        BackendSession session = backend.open("test");
        assertThat(Scene.failure(() -> session.preflight("vdpa0")))
                .hasMessageContaining("the host uses it by driver virtio_vdpa")
                .hasMessageContaining("echo vdpa0 > /sys/bus/vdpa/drivers/virtio_vdpa/unbind");
    }

    @Test
    void refusesADeviceThatSomebodyElseHas() {
        kernel.device(FakeVdpa.Kind.PINS).open();
        BackendSession session = backend.open("test");
        assertThat(Scene.failure(() -> session.preflight("vdpa0")))
                .hasMessageContaining("EBUSY")
                .hasMessageContaining("has /dev/vhost-vdpa-0 open")
                .hasMessageContaining("fuser -v /dev/vhost-vdpa-0");
    }
}

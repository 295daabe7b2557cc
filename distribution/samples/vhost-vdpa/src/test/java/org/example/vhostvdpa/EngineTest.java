package org.example.vhostvdpa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.example.vhostvdpa.Scene.PAGE;
import static org.example.vhostvdpa.Scene.failure;
import static org.example.vhostvdpa.Scene.pages;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinion.api.Access;
import org.pinion.api.IommuException;
import org.pinion.api.RegionFacts;
import org.pinion.api.driver.DmaEngine;
import org.pinion.spi.backend.DeviceHandle;

/** The device moves bytes through what is mapped, and is left as it was. */
class EngineTest {

    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private final Scene scene = new Scene(FakeVdpa.Kind.PINS);
    private final MemorySegment memory = scene.memory(2);

    private DeviceHandle attached() throws IommuException {
        scene.session.map(Scene.mapping(pages(16, 1), memory, Access.READ_WRITE));
        scene.session.map(Scene.mapping(pages(32, 1), memory.asSlice(PAGE), Access.READ));
        scene.session.preflight("vdpa0");
        return scene.session.attach("vdpa0");
    }

    private static byte[] pattern(int bytes) {
        byte[] pattern = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            pattern[i] = (byte) (i * 7 + 1);
        }
        return pattern;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 64, 512, 513, 4095})
    void bytesGoIntoTheDeviceAndComeBack(int count) throws IommuException {
        try (DmaEngine engine = attached().dmaEngine(DEADLINE).orElseThrow()) {
            assertThat(engine.description()).isEqualTo("virtio block \"vdpa_blk_sim\"");
            MemorySegment source = memory.asSlice(PAGE, count);
            source.copyFrom(MemorySegment.ofArray(pattern(count)));
            engine.toDevice(32 * PAGE, count);
            engine.fromDevice(16 * PAGE, count);
            assertThat(memory.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(pattern(count));
            assertThat(memory.get(ValueLayout.JAVA_BYTE, count)).as("the byte behind").isZero();
        }
    }

    @Test
    void whatIsNotMappedOrNotToBeWrittenIsNotReached() throws IommuException {
        try (DmaEngine engine = attached().dmaEngine(DEADLINE).orElseThrow()) {
            memory.fill((byte) 0x5a);
            engine.toDevice(16 * PAGE, 64);
            memory.fill((byte) 1);
            engine.fromDevice(32 * PAGE, 64);
            engine.fromDevice(64 * PAGE, 64);
            engine.fromDevice(memory.address(), 64);
            assertThat(memory.toArray(ValueLayout.JAVA_BYTE)).containsOnly(1);
        }
    }

    @Test
    void theDeviceIsLeftAtRestWithItsSectorsAsTheyWereAndNothingMoreMapped() throws IommuException {
        Arrays.fill(scene.first.disk(), (byte) 9);
        DeviceHandle device = attached();
        long pinned = scene.kernel.pinned();
        int left = scene.kernel.left().size();
        DmaEngine engine = device.dmaEngine(DEADLINE).orElseThrow();
        engine.toDevice(16 * PAGE, 2048);
        assertThat(scene.first.disk()[0]).isZero();
        engine.close();
        engine.close();
        assertThat(scene.first.disk()).containsOnly(9);
        assertThat(scene.first.running()).isFalse();
        assertThat(scene.kernel.pinned()).isEqualTo(pinned);
        assertThat(scene.kernel.left()).hasSize(left);
    }

    @Test
    void aDeviceIsDrivenByOneAtATime() throws IommuException {
        DeviceHandle device = attached();
        DmaEngine engine = device.dmaEngine(DEADLINE).orElseThrow();
        int before = scene.kernel.calls;
        assertThat(failure(() -> device.dmaEngine(DEADLINE))).hasMessageContaining("it is driven already");
        assertThat(scene.kernel.calls).as("system calls of the second").isEqualTo(before);
        memory.asSlice(PAGE, 64).copyFrom(MemorySegment.ofArray(pattern(64)));
        engine.toDevice(32 * PAGE, 64);
        engine.fromDevice(16 * PAGE, 64);
        assertThat(memory.asSlice(0, 64).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(pattern(64));
        engine.close();
        device.dmaEngine(DEADLINE).orElseThrow().close();
    }

    @Test
    void aDeviceThatCouldNotBeDrivenCanBeLater() throws IommuException {
        DeviceHandle device = attached();
        scene.kernel.failingCall = scene.kernel.calls;
        assertThat(failure(() -> device.dmaEngine(DEADLINE))).hasMessageContaining("start the virtqueue of vdpa0");
        device.dmaEngine(DEADLINE).orElseThrow().close();
    }

    @Test
    void aDiskOfSomebodyIsLeftAlone() throws IommuException {
        scene.first.serial = "precious";
        DeviceHandle device = attached();
        byte[] before = scene.first.disk().clone();
        assertThat(device.dmaEngine(DEADLINE)).isEmpty();
        assertThat(scene.first.disk()).isEqualTo(before);
        assertThat(scene.first.running()).isFalse();
    }

    @Test
    void aDeviceThatIsNoDiskIsLeftAlone() throws IommuException {
        scene.first.deviceId = 1;
        DeviceHandle device = attached();
        int before = scene.kernel.calls;
        assertThat(device.dmaEngine(DEADLINE)).isEmpty();
        assertThat(scene.kernel.calls).isEqualTo(before);
        assertThat(device.device().description()).isEqualTo("virtio net at /dev/vhost-vdpa-0");
    }

    @Test
    void aDeviceThatIsNeverDoneIsGivenUp() throws IommuException {
        DeviceHandle device = attached();
        scene.first.deaf = true;
        assertThat(failure(() -> device.dmaEngine(Duration.ofMillis(5))))
                .hasMessageContaining("the device was not done after 5 ms");
        assertThat(scene.first.running()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {Vhost.IOTLB_MSG_V2, Vhost.IOTLB_MSG_V2 | Vhost.IOTLB_BATCH,
        Vhost.IOTLB_MSG_V2 | Vhost.IOTLB_BATCH | Vhost.IOTLB_PERSIST})
    void aResetLeavesWhatIsMappedOnEveryKernel(long features) throws IommuException {
        scene.first.offered = features;
        DeviceHandle device = attached();
        device.reset();
        assertThat(scene.first.reach(64 * PAGE, 1, false)).isEmpty();
        assertThat(scene.first.reach(16 * PAGE, 1, true)).hasValueSatisfying(
                reached -> assertThat(reached.address()).isEqualTo(memory.address()));
    }

    @Test
    void theConfigurationSpaceIsRegionZeroAndTheOnlyOne() throws IommuException {
        DeviceHandle device = attached();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(4);
            assertThat(device.region(0)).isEqualTo(new RegionFacts(16, true, true, List.of()));
            assertThat(failure(() -> device.region(1))).hasMessageContaining("has one region, number 0");
            device.read(0, 2, bytes);
            assertThat(bytes.toArray(ValueLayout.JAVA_BYTE)).containsExactly(2, 3, 4, 5);
            device.write(0, 0, bytes);
            device.read(0, 0, bytes);
            assertThat(bytes.toArray(ValueLayout.JAVA_BYTE)).containsExactly(2, 3, 4, 5);
            assertThat(failure(() -> device.read(0, 14, bytes))).hasMessageContaining("ends before that");
            assertThat(failure(() -> device.read(7, 0, bytes))).hasMessageContaining("has one region, number 0");
            assertThat(failure(() -> device.read(0, -1, bytes))).hasMessageContaining("no configuration space");
        }
    }
}

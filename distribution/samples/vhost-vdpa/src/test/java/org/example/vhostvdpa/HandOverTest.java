package org.example.vhostvdpa;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pinion.api.Access;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.driver.DmaEngine;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.HandOver;

/** What the contract of backends cannot see of a hand-over: the kernel's table, the device's bytes, a virtqueue at work. */
class HandOverTest {

    private static final int COUNT = 1024;

    private Scene scene;
    private BackendSession next;

    private void begin(FakeVdpa.Kind kind) throws IommuException {
        scene = new Scene(kind);
        scene.attach("vdpa0");
        scene.session.preflight("vdpa1");
    }

    private HandOver handOver() throws IommuException {
        return scene.session.handOver(SessionRecord.VERSION);
    }

    private void swap() throws IommuException {
        next = new VhostVdpaBackend(scene.kernel).adopt("test", handOver());
    }

    @AfterEach
    void allIsGivenBack() throws IommuException {
        scene.session.close();
        if (next != null) {
            next.close();
        }
        assertThat(scene.kernel.open()).isEmpty();
        assertThat(scene.kernel.pinned()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void theKernelIsAskedNothing(FakeVdpa.Kind kind) throws IommuException {
        begin(kind);
        Mapping mapping = scene.mapping(16, 8);
        scene.session.map(mapping);
        int calls = scene.kernel.calls;
        var ledger = scene.session.ledger();
        swap();
        assertThat(scene.kernel.calls).isEqualTo(calls);
        assertThat(next.ledger()).isEqualTo(ledger);
        assertThat(scene.first.held()).containsExactly(mapping.range(), Scene.GUARD);
        assertThat(scene.second.opened).isTrue();
        next.attach("vdpa1");
        assertThat(scene.second.held()).isEqualTo(scene.first.held());
    }

    @ParameterizedTest
    @EnumSource
    void theDeviceIsDrivenByTheNextOne(FakeVdpa.Kind kind) throws IommuException {
        begin(kind);
        MemorySegment memory = scene.memory(8);
        scene.session.map(Scene.mapping(Scene.pages(16, 8), memory, Access.READ_WRITE));
        swap();
        memory.asSlice(0, COUNT).fill((byte) 42);
        try (DmaEngine engine = next.attached("vdpa0").dmaEngine(Duration.ofSeconds(1)).orElseThrow()) {
            engine.toDevice(16 * Scene.PAGE, COUNT);
            engine.fromDevice(20 * Scene.PAGE, COUNT);
        }
        assertThat(memory.asSlice(4 * Scene.PAGE, COUNT).toArray(ValueLayout.JAVA_BYTE)).containsOnly(42);
    }

    @ParameterizedTest
    @EnumSource
    void aVirtqueueAtWorkKeepsTheSessionWhereItIs(FakeVdpa.Kind kind) throws IommuException {
        begin(kind);
        DmaEngine engine = scene.session.attached("vdpa0").dmaEngine(Duration.ofSeconds(1)).orElseThrow();
        assertThat(Scene.failure(this::handOver)).hasMessageContaining("a DMA check of vdpa0 is under way");
        engine.close();
        swap();
    }

    @ParameterizedTest
    @EnumSource
    void whatNobodyAdoptsIsGivenBackInTheOrderOfTheRecord(FakeVdpa.Kind kind) throws IommuException {
        begin(kind);
        scene.session.map(scene.mapping(16, 8));
        HandOver left = handOver();
        assertThat(left.files()).extracting(HandOver.OpenFile::name)
                .isEqualTo(List.of("vdpa1", "vdpa0", "pages of vdpa0"));
        left.giveBack("close 'test'");
        assertThat(scene.first.opened || scene.second.opened).isFalse();
    }
}

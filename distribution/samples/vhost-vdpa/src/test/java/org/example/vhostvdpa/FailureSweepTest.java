package org.example.vhostvdpa;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pinion.api.AddressRange;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.driver.DmaEngine;
import org.pinion.spi.backend.DeviceHandle;
import org.pinion.spi.backend.InDoubtException;

/** Whichever system call fails, what was asked for is done or it is not, and nothing leaks. */
class FailureSweepTest {

    private static final int MORE_THAN_ALL = 200;
    private static final int CALLS_OF_A_MAP = 16;

    @ParameterizedTest
    @EnumSource
    void aMappingIsInBothTablesOrInNone(FakeVdpa.Kind kind) throws IommuException {
        int failures = 0;
        for (int n = 0; n < MORE_THAN_ALL; n++) {
            Scene scene = new Scene(kind);
            scene.attach("vdpa0");
            scene.attach("vdpa1");
            Mapping mapping = scene.mapping(16, 8);
            scene.kernel.failingCall = scene.kernel.calls + n;
            boolean failed = Scene.failure(() -> scene.session.map(mapping)) != null;
            List<AddressRange> expected =
                    failed ? List.of(Scene.GUARD) : List.of(mapping.range(), Scene.GUARD);
            assertThat(scene.first.held()).as("call %d", n).isEqualTo(expected);
            assertThat(scene.second.held()).as("call %d", n).isEqualTo(expected);
            assertThat(scene.session.ledger().mappings()).isEqualTo(failed ? 0 : 1);
            failures += failed ? 1 : 0;
        }
        assertThat(failures).isEqualTo(6);
    }

    @ParameterizedTest
    @EnumSource
    void whatCouldNotBeTakenBackIsInDoubtAndGoesWithTheNextUnmap(FakeVdpa.Kind kind) throws IommuException {
        int doubts = 0;
        for (int n = 0; n < CALLS_OF_A_MAP; n++) {
            for (int m = n + 1; m < CALLS_OF_A_MAP; m++) {
                Scene scene = new Scene(kind);
                scene.attach("vdpa0");
                scene.attach("vdpa1");
                doubts += mappingFails(scene, n, m) ? 1 : 0;
                assertThat(scene.first.held()).as("calls %d and %d", n, m).isEqualTo(List.of(Scene.GUARD));
                assertThat(scene.second.held()).as("calls %d and %d", n, m).isEqualTo(List.of(Scene.GUARD));
                assertThat(scene.session.ledger().mappings()).as("calls %d and %d", n, m).isZero();
            }
        }
        assertThat(doubts).isGreaterThan(5);
    }

    /** Maps, and unmaps what is there or may be; returns whether it was in doubt. */
    private static boolean mappingFails(Scene scene, int n, int m) throws IommuException {
        Mapping mapping = scene.mapping(16, 8);
        scene.kernel.failingCall = scene.kernel.calls + n;
        scene.kernel.alsoFailing = scene.kernel.calls + m;
        IommuException failure = Scene.failure(() -> scene.session.map(mapping));
        scene.kernel.failingCall = -1;
        scene.kernel.alsoFailing = -1;
        boolean doubt = failure instanceof InDoubtException;
        if (doubt) {
            assertThat(Scene.failure(() -> scene.session.map(mapping)).errno()).hasValue("EEXIST");
        }
        if (doubt || failure == null) {
            scene.session.unmap(mapping);
        }
        return doubt;
    }

    @ParameterizedTest
    @EnumSource
    void aDeviceIsInOrItIsOutAndNothingLeaks(FakeVdpa.Kind kind) {
        int failures = 0;
        for (int n = 0; n < MORE_THAN_ALL; n++) {
            Scene scene = new Scene(kind);
            scene.kernel.failingCall = n;
            boolean failed = Scene.failure(() -> {
                scene.session.map(scene.mapping(16, 8));
                scene.attach("vdpa0");
                scene.session.detach("vdpa0");
            }) != null;
            scene.kernel.failingCall = -1;
            assertThat(Scene.failure(scene.session::close)).isNull();
            assertThat(scene.first.opened).as("call %d", n).isFalse();
            assertThat(scene.kernel.pinned()).as("call %d", n).isZero();
            assertThat(scene.kernel.left()).as("call %d", n).hasSizeLessThanOrEqualTo(1);
            failures += failed ? 1 : 0;
        }
        assertThat(failures).isGreaterThan(10);
    }

    @Test
    void anEngineThatFailsLeavesTheMappingsAndNoFile() throws IommuException {
        int failures = 0;
        for (int n = 0; n < MORE_THAN_ALL; n++) {
            Scene scene = new Scene(FakeVdpa.Kind.PINS);
            scene.session.map(scene.mapping(16, 8));
            scene.session.preflight("vdpa0");
            DeviceHandle device = scene.session.attach("vdpa0");
            int left = scene.kernel.left().size();
            scene.kernel.failingCall = scene.kernel.calls + n;
            boolean failed = Scene.failure(() -> {
                try (DmaEngine engine = device.dmaEngine(Duration.ofSeconds(5)).orElseThrow()) {
                    engine.toDevice(16 * Scene.PAGE, 64);
                }
            }) != null;
            assertThat(scene.kernel.left()).as("call %d", n).hasSize(left);
            assertThat(scene.first.held()).as("call %d", n).contains(Scene.pages(16, 8));
            failures += failed ? 1 : 0;
        }
        assertThat(failures).isGreaterThan(20);
    }
}

package org.pinion.core.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.pinion.api.DeviceLimits;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.api.RangeSet;
import org.pinion.api.driver.DmaEngine;
import org.pinion.spi.backend.DeviceHandle;

/** A backend's engine is an access like any other: it ends with the device. */
class OpenDeviceEngineTest {

    private static final Duration SHORT = Duration.ofSeconds(1);

    private static final BackendPresence PRESENCE = new BackendPresence("guest", () -> "recorder", () -> SHORT);

    private final List<String> driven = new ArrayList<>();

    private OpenDevice device(DeviceHandle handle) {
        DeviceLimits limits = new DeviceLimits("d0", RangeSet.ALL, 4096, List.of());
        return new OpenDevice(handle.device(), handle, limits, _ -> {}, PRESENCE, BackendCalls.UNWATCHED);
    }

    @Test
    void movesBytesWhileTheDeviceIsThereAndNotAfter() throws IommuException {
        OpenDevice device = device(new Handle(Optional.of(new Recorder())));
        DmaEngine engine = device.dmaEngine(SHORT).orElseThrow();
        engine.toDevice(0x1000, 64);
        engine.fromDevice(0x2000, 32);
        assertThat(engine.description()).isEqualTo("recorder");

        device.accesses().endAll(SHORT);

        assertThatThrownBy(() -> engine.toDevice(0x3000, 1)).hasMessageContaining("not attached any more");
        assertThatThrownBy(() -> device.dmaEngine(SHORT)).hasMessageContaining("not attached any more");
        assertThat(driven).containsExactly("read 0x1000 64", "write 0x2000 32");
    }

    @Test
    void endsWithTheHandleThatMadeIt() throws IommuException {
        OpenDevice device = device(new Handle(Optional.of(new Recorder())));
        DmaEngine engine = device.dmaEngine(SHORT).orElseThrow();
        device.goOn(new Handle(Optional.of(new Recorder())));
        assertThatThrownBy(() -> engine.toDevice(0x1000, 64))
                .hasMessage("DMA from 0x1000 of d0: its backend was replaced meanwhile; remedy: ask for it anew");
        device.dmaEngine(SHORT).orElseThrow().toDevice(0x1000, 64);
        assertThat(driven).containsExactly("read 0x1000 64");
    }

    @Test
    void isClosedThroughTheDevice() throws IommuException {
        device(new Handle(Optional.of(new Recorder()))).dmaEngine(SHORT).orElseThrow().close();
        assertThat(driven).containsExactly("close");
    }

    @Test
    void isNotThereIfTheBackendHasNone() throws IommuException {
        assertThat(device(new Handle(Optional.empty())).dmaEngine(SHORT)).isEmpty();
    }

    private record Handle(Optional<DmaEngine> engine) implements DeviceHandle {

        @Override
        public HostDevice device() {
            return new HostDevice("d0", "a device", -1, "", false);
        }

        @Override
        public void read(int region, long offset, MemorySegment into) throws IommuException {
            throw new IommuException("read", "it has no regions", "");
        }

        @Override
        public void write(int region, long offset, MemorySegment from) throws IommuException {
            throw new IommuException("write", "it has no regions", "");
        }

        @Override
        public Optional<DmaEngine> dmaEngine(Duration deadline) {
            return engine;
        }
    }

    private final class Recorder implements DmaEngine {

        @Override
        public String description() {
            return "recorder";
        }

        @Override
        public void toDevice(long iova, int count) {
            driven.add("read 0x" + Long.toHexString(iova) + " " + count);
        }

        @Override
        public void fromDevice(long iova, int count) {
            driven.add("write 0x" + Long.toHexString(iova) + " " + count);
        }

        @Override
        public void close() {
            driven.add("close");
        }
    }
}

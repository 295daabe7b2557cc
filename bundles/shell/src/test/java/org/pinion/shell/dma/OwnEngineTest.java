package org.pinion.shell.dma;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.AttachedDevice;
import org.pinion.api.DeviceInterrupts;
import org.pinion.api.DeviceLimits;
import org.pinion.api.HostDevice;
import org.pinion.api.InterruptKind;
import org.pinion.api.IommuException;
import org.pinion.api.RegionFacts;
import org.pinion.api.RegionMemory;
import org.pinion.api.SpaceOptions;
import org.pinion.api.driver.DmaEngine;
import org.pinion.shell.fake.FakeDma;
import org.pinion.shell.fake.Lab;

/** A device whose backend knows how to let it move bytes, and one that is no PCI function. */
class OwnEngineTest {

    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private DmaResult check(Optional<String> described, String address) throws IommuException {
        FakeDma host = Lab.host();
        try (StandInMemory memory = StandInMemory.under(host.guest, Optional.of(host.memory));
                AddressSpace space = host.open(new SpaceOptions("test", "iommufd", List.of("strict")))) {
            space.commit(memory.view());
            AttachedDevice device = new Renamed(space.attach(Lab.EDU0), address, described);
            return new DmaCheck(memory, space.snapshot(), DEADLINE).of(List.of(device)).getFirst();
        }
    }

    @Test
    void itsOwnEngineIsDriven() throws IommuException {
        DmaResult.Moved moved = (DmaResult.Moved) check(Optional.of("virtio block"), "vdpa0");
        assertThat(moved.device()).isEqualTo("vdpa0");
        assertThat(moved.identity()).isEqualTo("virtio block");
        assertThat(moved.failures()).isEmpty();
        assertThat(moved.transfers()).isEqualTo(17);
    }

    @Test
    void aDeviceOnAnotherBusWithoutOneIsToldByItsDescription() throws IommuException {
        assertThat(check(Optional.empty(), "vdpa0")).isEqualTo(new DmaResult.NotDriven("vdpa0", "a vdpa device"));
    }

    /** A device with another address, and with an engine, which here is the one of the device underneath. */
    private record Renamed(AttachedDevice edu, String address, Optional<String> described) implements AttachedDevice {

        @Override
        public HostDevice device() {
            return new HostDevice(address, "a vdpa device", -1, "", false);
        }

        @Override
        public DeviceLimits limits() {
            return edu.limits().of(address);
        }

        @Override
        public void read(int region, long offset, MemorySegment into) throws IommuException {
            throw new IommuException("read region " + region, "it has no such region", "");
        }

        @Override
        public void write(int region, long offset, MemorySegment from) throws IommuException {
            throw new IommuException("write region " + region, "it has no such region", "");
        }

        @Override
        public void reset() throws IommuException {
            edu.reset();
        }

        @Override
        public RegionFacts region(int region) throws IommuException {
            return edu.region(region);
        }

        @Override
        public RegionMemory map(int region, AddressRange area) throws IommuException {
            return edu.map(region, area);
        }

        @Override
        public int interrupts(InterruptKind kind) throws IommuException {
            return edu.interrupts(kind);
        }

        @Override
        public DeviceInterrupts allow(InterruptKind kind, int count) throws IommuException {
            return edu.allow(kind, count);
        }

        @Override
        public Optional<DmaEngine> dmaEngine(Duration deadline) throws IommuException {
            return described.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Described(new EduDriver(edu, deadline), described.get()));
        }
    }

    private record Described(DmaEngine engine, String description) implements DmaEngine {

        @Override
        public void toDevice(long iova, int count) throws IommuException {
            engine.toDevice(iova, count);
        }

        @Override
        public void fromDevice(long iova, int count) throws IommuException {
            engine.fromDevice(iova, count);
        }

        @Override
        public void close() throws IommuException {
            engine.close();
        }
    }
}

package org.pinion.backend.iommufd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.InterruptKind;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.api.Route;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.DeviceHandle;
import org.pinion.spi.backend.HandOver;

/** What the contract of backends cannot see of a hand-over: the kernel's requests, the device's bytes, BARs, interrupts. */
class HandOverTest {

    private static final AddressRange LOW = AddressRange.ofSize(0, 0x1_0000);
    private static final AddressRange ALL = AddressRange.ofSize(0, 0x100_0000);

    private final Machine machine = Machine.with(
            Machine.tracked(Machine.EDU, 1),
            Machine.edu(Machine.EDU2, 2, Machine.MSI),
            Machine.resettable(Machine.IVSHMEM, 3),
            Machine.mdev());
    private final IommufdBackend successor = new IommufdBackend(machine.watched.kernel());
    private BackendSession session = machine.backend.open("vm0");

    HandOverTest() throws IommuException {}

    @AfterEach
    void nothingLeaks() throws IommuException, IOException {
        session.close();
        assertThat(machine.leaks()).isEmpty();
    }

    private DeviceHandle attach(String device) throws IommuException {
        session.preflight(device);
        return session.attach(device);
    }

    private HandOver handOver() throws IommuException {
        int version = session.handsOver().iterator().next();
        assertThat(successor.adopts()).contains(version);
        return session.handOver(version);
    }

    private void swap() throws IommuException {
        session = successor.adopt("vm0", handOver());
    }

    /** The device writes eight bytes of its buffer. */
    private static void write(DeviceHandle edu, long iova) throws IommuException {
        put(edu, 7, 4, 6, Short.BYTES);
        put(edu, 0, 0x80, 0x40000, Long.BYTES);
        put(edu, 0, 0x88, iova, Long.BYTES);
        put(edu, 0, 0x90, 8, Long.BYTES);
        put(edu, 0, 0x98, 3, Integer.BYTES);
    }

    private static void put(DeviceHandle edu, int region, long offset, long value, int bytes) throws IommuException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment word = arena.allocateFrom(ValueLayout.JAVA_LONG, value);
            edu.write(region, offset, word.asSlice(0, bytes));
        }
    }

    @Test
    void theKernelIsAskedNothing() throws IommuException, IOException {
        attach(Machine.EDU);
        attach(Machine.MDEV);
        session.map(machine.ram(LOW.start(), LOW.size()));
        long ioctls = machine.watched.ioctls();
        long pinned = machine.watched.pinned();
        var open = List.copyOf(machine.watched.open().keySet());
        var ledger = session.ledger();
        var capabilities = session.capabilities();
        swap();
        assertThat(machine.watched.ioctls()).isEqualTo(ioctls);
        assertThat(machine.watched.pinned()).isEqualTo(pinned).isEqualTo(LOW.size());
        assertThat(machine.watched.open().keySet()).containsExactlyInAnyOrderElementsOf(open);
        assertThat(machine.watched.mapped(LOW)).isTrue();
        assertThat(session.ledger()).isEqualTo(ledger);
        assertThat(session.capabilities()).isEqualTo(capabilities);
        assertThat(session.pins(Machine.MDEV)).isFalse();
    }

    @Test
    void theDeviceWritesThroughTheNextHandle() throws IommuException {
        attach(Machine.EDU);
        MemorySegment memory = machine.memory(0x1_0000);
        session.map(Machine.user(0, 0x1_0000, memory.address()));
        memory.fill((byte) 1);
        swap();
        write(session.attached(Machine.EDU), 0x8000);
        assertThat(memory.get(ValueLayout.JAVA_LONG_UNALIGNED, 0x8000)).isZero();
    }

    @Test
    void writtenPagesAreToldByTheNextOne() throws IommuException {
        DeviceHandle edu = attach(Machine.EDU);
        session.map(machine.ram(LOW.start(), LOW.size()));
        Mapping next = machine.ram(0x10_0000, 0x1000);
        session.map(next);
        session.startDirtyTracking();
        session.unmap(next);
        write(edu, 0x3000);
        swap();
        write(session.attached(Machine.EDU), 0x5000);
        assertThat(session.takeDirty(ALL))
                .isEqualTo(RangeSet.of(List.of(
                        AddressRange.ofSize(0x3000, 0x1000), AddressRange.ofSize(0x5000, 0x1000), next.range())));
        session.stopDirtyTracking();
    }

    @Test
    void howOftenTheDevicesMemoryWasOffIsNotForgotten() throws IommuException {
        DeviceHandle owner = attach(Machine.IVSHMEM);
        put(owner, 7, 4, 2, Short.BYTES);
        session.map(new Mapping(
                AddressRange.ofSize(0x4000_0000L, 0x1000),
                Access.READ_WRITE,
                Route.DMA_BUF,
                new Backing.DeviceBar(Machine.IVSHMEM, 2, 0)));
        owner.reset();
        var decoding = owner.decoding();
        assertThat(decoding.interruptions()).isPositive();
        swap();
        assertThat(session.attached(Machine.IVSHMEM).decoding()).isEqualTo(decoding);
        assertThat(session.ledger().pinnedBytes()).isZero();
    }

    @Test
    void aDriverKeepsWhatItMappedAndTheInterruptsItWaitsFor() throws IommuException {
        MemorySegment bar = attach(Machine.IVSHMEM).map(2, AddressRange.ofSize(0x4000, 0x1000));
        DeviceHandle before = attach(Machine.EDU);
        before.allow(InterruptKind.MSI, 1);
        before.allow(InterruptKind.REQUEST, 1);
        swap();
        DeviceHandle edu = session.attached(Machine.EDU);
        put(edu, 7, 4, 6, Short.BYTES);
        put(edu, 0, 0x60, 1, Integer.BYTES);
        assertThat(edu.await(InterruptKind.MSI, 0, Duration.ofSeconds(10))).isEqualTo(1);
        edu.forbid(InterruptKind.MSI);
        put(session.attached(Machine.IVSHMEM), 2, 0x4008, 42, Integer.BYTES);
        assertThat(bar.get(ValueLayout.JAVA_INT, 8)).isEqualTo(42);
        session.attached(Machine.IVSHMEM).unmap(bar);
        assertThat(bar.scope().isAlive()).isFalse();
        assertThatThrownBy(() -> edu.allow(InterruptKind.REQUEST, 1)).hasMessageContaining("EINVAL");
    }
}

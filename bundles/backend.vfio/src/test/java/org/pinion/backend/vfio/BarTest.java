package org.pinion.backend.vfio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.BarExport;
import org.pinion.api.DeviceLimits;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.api.Route;
import org.pinion.linux.uapi.VfioType1;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.DeviceHandle;

/** A BAR goes into a container by the address at which it is mapped in this process. */
class BarTest {

    private static final long SIZE = 16 * Machine.MIB;
    private static final AddressRange AT = AddressRange.ofSize(0x4000_0000L, SIZE);

    private final Machine machine =
            Machine.with(Machine.edu(Machine.EDU, 1, Machine.MSI), Machine.ivshmem(), Machine.mdev());
    private final BackendSession session;

    BarTest() throws IommuException {
        session = machine.backend.open("vm0");
    }

    @AfterEach
    void nothingLeaks() throws IommuException, IOException {
        session.close();
        assertThat(machine.leaks()).isEmpty();
    }

    private static Mapping bar(AddressRange range, long offset) {
        return new Mapping(
                range, Access.READ_WRITE, Route.USER, new Backing.DeviceBar(Machine.IVSHMEM, 2, offset));
    }

    private void attach(String device) throws IommuException {
        session.preflight(device);
        session.attach(device);
    }

    @Test
    void whatCanBeMappedIntoAProcessIsHandedOutByItsAddress() throws IommuException {
        List<BarExport> bars = session.preflight(Machine.IVSHMEM).bars();
        assertThat(bars).contains(
                new BarExport(2, SIZE, RangeSet.of(AddressRange.ofSize(0, SIZE)), "", Route.USER),
                new BarExport(
                        0,
                        0x100,
                        RangeSet.EMPTY,
                        "BAR 0 of 0000:00:12.0 has 0x100 bytes, less than a page of 0x1000",
                        Route.USER));
        assertThat(session.preflight(Machine.MDEV).bars()).isEmpty();
    }

    @Test
    void aDeviceThatHandsItsBarOutAsADmaBufIsExpectedToDoSoByAddressHere() throws IommuException {
        DeviceLimits here = session.preflight(Machine.IVSHMEM);
        assertThat(session.expect(here.withExportsBy(Route.DMA_BUF))).isEqualTo(here);
    }

    @Test
    void aBarIsMappedForOtherDevicesAndNeitherPinnedNorCharged() throws IommuException, IOException {
        attach(Machine.EDU);
        attach(Machine.IVSHMEM);
        session.map(bar(AT, 0));
        assertThat(machine.watched.mapped(AT)).isTrue();
        assertThat(machine.watched.pinned()).isZero();
        assertThat(session.ledger().mappedBytes()).isEqualTo(SIZE);
        assertThat(session.ledger().pinnedBytes()).isZero();
        assertThat(session.ledger().newlyPinnedBytes()).isZero();
        session.cut(bar(AT, 0), List.of(AddressRange.ofSize(AT.start(), 0x2000)));
        assertThat(machine.watched.mapped(AddressRange.ofSize(AT.start(), 0x2000))).isTrue();
        session.unmap(bar(AddressRange.ofSize(AT.start(), 0x2000), 0));
        assertThat(session.ledger().mappedBytes()).isZero();
    }

    @Test
    void aDeviceWithABarThatWasMappedCanBeDetached() throws IommuException {
        attach(Machine.EDU);
        attach(Machine.IVSHMEM);
        session.map(bar(AT, 0));
        session.unmap(bar(AT, 0));
        session.detach(Machine.IVSHMEM);
        assertThatThrownBy(() -> session.map(bar(AT, 0)))
                .hasMessageContaining("belongs to a device that is not attached here");
        assertThat(session.ledger().mappings()).isZero();
    }

    @Test
    void closingWithABarMappedLeavesNothing() throws IommuException {
        attach(Machine.EDU);
        attach(Machine.IVSHMEM);
        session.map(bar(AT, 0));
    }

    @Test
    void closingUnmapsABarWhileItsDeviceIsStillOpen() throws IommuException {
        attach(Machine.EDU);
        attach(Machine.IVSHMEM);
        session.map(bar(AT, 0));
        DeviceHandle device = session.attached(Machine.IVSHMEM);
        List<Throwable> atUnmap = new ArrayList<>();
        machine.watched.afterIoctl(request -> {
            if (request == VfioType1.UNMAP_DMA) {
                atUnmap.add(catchThrowable(() -> device.read(7, 0, MemorySegment.ofArray(new byte[4]))));
            }
        });
        session.close();
        assertThat(atUnmap).first().isNull();
    }

    @Test
    void iommufdsCompatibilityModeTakesNoBar() throws IommuException, IOException {
        Machine served = Machine.served();
        try (BackendSession other = served.backend.open("vm1")) {
            assertThat(other.preflight(Machine.EDU).bars())
                    .allSatisfy(bar -> {
                        assertThat(bar.areas()).isEqualTo(RangeSet.EMPTY);
                        assertThat(bar.obstacle()).contains("takes no BAR by its address");
                    })
                    .isNotEmpty();
        }
        assertThat(served.leaks()).isEmpty();
    }
}

package org.pinion.backend.iommufd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.BarExport;
import org.pinion.api.DeviceLimits;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.api.Route;
import org.pinion.emulator.host.KernelRelease;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.Iommufd;
import org.pinion.linux.uapi.Vfio;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.Decoding;
import org.pinion.spi.backend.DeviceHandle;

/** BARs of devices that are attached to the same address space, mapped by their dma-bufs. */
class BarTest {

    private static final long IOVA = 0x10000000L;
    private static final long SIZE = 16 * Machine.MIB;

    private Machine machine = machine(KernelRelease.LINUX_7_3);
    private BackendSession session;
    private DeviceHandle memory;
    private DeviceHandle edu;

    private static Machine machine(KernelRelease release) {
        return Machine.of(release, Machine.edu(Machine.EDU, 1, Machine.MSI), Machine.resettable(Machine.IVSHMEM, 2),
                Machine.mdev());
    }

    @BeforeEach
    void attachBoth() throws IommuException {
        session = machine.backend.open("vm0");
        session.preflight(Machine.EDU);
        edu = session.attach(Machine.EDU);
        session.preflight(Machine.IVSHMEM);
        memory = session.attach(Machine.IVSHMEM);
    }

    @AfterEach
    void nothingLeaks() throws IommuException, IOException {
        session.close();
        assertThat(machine.leaks()).isEmpty();
    }

    private static Mapping bar(int bar, long offset, long size) {
        return new Mapping(
                AddressRange.ofSize(IOVA, size),
                Access.READ_WRITE,
                Route.DMA_BUF,
                new Backing.DeviceBar(Machine.IVSHMEM, bar, offset));
    }

    private List<BarExport> exports(String device) throws IommuException {
        return session.preflight(device).bars();
    }

    private void memory(boolean on) throws IommuException {
        memory.write(7, 4, MemorySegment.ofArray(new byte[] {(byte) (on ? 2 : 0), 0}));
    }

    /** Lets edu write eight of its bytes; {@return what lies in the BAR at a place} */
    private byte[] afterDma(long offset) throws IommuException {
        edu.write(7, 4, MemorySegment.ofArray(new byte[] {6, 0}));
        register(0x80, 0x40000);
        register(0x88, IOVA);
        register(0x90, 8);
        register(0x98, 3);
        byte[] bytes = new byte[8];
        memory.read(2, offset, MemorySegment.ofArray(bytes));
        return bytes;
    }

    private void register(long at, long value) throws IommuException {
        edu.write(0, at, MemorySegment.ofArray(new long[] {value}));
    }

    private void fillBar(long offset) throws IommuException {
        memory.write(2, offset, MemorySegment.ofArray(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}));
    }

    @Test
    void aPreflightTellsWhatADeviceHandsOutAndWhyNotTheRest() throws IommuException {
        assertThat(exports(Machine.IVSHMEM)).containsExactly(
                new BarExport(0, 0x100, RangeSet.EMPTY, "BAR 0 of 0000:00:12.0 has 0x100 bytes, less than a page of"
                        + " 0x1000"),
                new BarExport(2, SIZE, RangeSet.of(AddressRange.ofSize(0, SIZE)), ""));
        assertThat(exports(Machine.EDU)).extracting(BarExport::areas)
                .containsExactly(RangeSet.of(AddressRange.ofSize(0, Machine.MIB)));
        assertThat(exports(Machine.MDEV)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "ENOTTY, built without VFIO_PCI_DMABUF",
        "EOPNOTSUPP, the driver of 0000:00:10.0 exports no dma-buf",
        "ENODEV, BAR 0 of 0000:00:10.0 is in use by the host",
        "EINVAL, no peer-to-peer provider",
    })
    void whatTheKernelAnswersToAnExportIsTheObstacle(Errno errno, String words) throws IommuException {
        session.detach(Machine.EDU);
        machine.watched.answer(Vfio.DEVICE_FEATURE, errno);
        DeviceLimits limits = session.preflight(Machine.EDU);
        assertThat(limits.bars()).singleElement().satisfies(bar -> {
            assertThat(bar.areas()).isEqualTo(RangeSet.EMPTY);
            assertThat(bar.obstacle()).contains(words);
        });
    }

    @Test
    void aDeviceThatHandsItsBarOutByAddressIsExpectedToDoSoAsADmaBufHere() throws IommuException {
        DeviceLimits here = session.preflight(Machine.IVSHMEM);
        assertThat(session.expect(here.withExportsBy(Route.USER))).isEqualTo(here);
    }

    @Test
    void aMappedBarIsReachedByAnotherDevice() throws IommuException {
        fillBar(Machine.PAGE);
        session.map(bar(2, Machine.PAGE, Machine.PAGE));

        assertThat(afterDma(Machine.PAGE)).containsOnly(0);
        assertThat(session.ledger().mappedBytes()).isEqualTo(Machine.PAGE);
        assertThat(session.ledger().pinnedBytes()).isZero();
    }

    @Test
    void memoryThatWasOffIsNotReachedUntilItIsMappedAnew() throws IommuException {
        Mapping mapping = bar(2, 0, SIZE);
        session.map(mapping);
        memory(false);
        assertThat(memory.decoding()).isEqualTo(new Decoding(false, 1));
        assertThatThrownBy(() -> session.map(bar(2, 0, Machine.PAGE)))
                .hasMessageContaining("ENODEV")
                .hasMessageContaining("is a dma-buf that was revoked");
        memory(true);
        assertThat(memory.decoding()).isEqualTo(new Decoding(true, 1));
        fillBar(0);
        assertThat(afterDma(0)).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);

        session.unmap(mapping);
        session.map(mapping);
        assertThat(afterDma(0)).containsOnly(0);
    }

    @Test
    void aResetIsAnInterruption() throws IommuException {
        memory.reset();
        assertThat(memory.decoding()).isEqualTo(new Decoding(true, 1));
        memory.write(7, 0x3c, MemorySegment.ofArray(new byte[] {1}));
        assertThat(memory.decoding()).isEqualTo(new Decoding(true, 1));
    }

    @Test
    void aDeviceWithoutAResetOfItsOwnIsToldSoAndIsAsItWas() {
        assertThatThrownBy(edu::reset).hasMessage("reset 0000:00:10.0: EINVAL: the device has no reset of its own"
                + " (neither FLR nor power state); remedy: detach and attach it");
        assertThat(edu.decoding()).isEqualTo(new Decoding(true, 0));
    }

    @Test
    void aDeviceThatCannotBeResetIsToldSoAndTakenAsInterrupted() {
        machine.watched.answer(Vfio.DEVICE_RESET, Errno.ENOTTY);
        assertThatThrownBy(memory::reset).hasMessage("reset 0000:00:12.0: ENOTTY: the device has no reset of its own"
                + " (neither FLR nor power state); remedy: detach and attach it");
        assertThat(memory.decoding()).isEqualTo(new Decoding(true, 1));
    }

    @Test
    void aCutLeavesTheKeptPartsMapped() throws IommuException {
        session.map(bar(2, 0, 4 * Machine.PAGE));
        session.cut(bar(2, 0, 4 * Machine.PAGE), List.of(AddressRange.ofSize(IOVA, Machine.PAGE)));
        assertThat(session.ledger().mappedBytes()).isEqualTo(Machine.PAGE);
        assertThat(session.ledger().pinnedBytes()).as("device memory has no pages").isZero();
        assertThat(session.ledger().newlyPinnedBytes()).isZero();
        fillBar(0);
        assertThat(afterDma(0)).containsOnly(0);
    }

    @Test
    void whatIsNotExportedIsToldWithItsCause() {
        assertThatThrownBy(() -> session.map(bar(1, 0, Machine.PAGE)))
                .isInstanceOf(IommuException.class)
                .hasMessageStartingWith("map 0x10000000-0x10000fff rw dma-buf into 'vm0': ENODEV: BAR 1 of"
                        + " 0000:00:12.0 is in use by the host");
        assertThat(session.ledger().mappings()).isZero();
    }

    @Test
    void aMappingThatFailsLeavesNoBufferOpen() {
        machine.watched.answer(Iommufd.IOAS_MAP_FILE, Errno.EINVAL);
        assertThatThrownBy(() -> session.map(bar(2, 0, Machine.PAGE)))
                .hasMessageContaining("ends before the mapping does, or the kernel does not map dma-bufs");
        assertThat(machine.watched.kernel().close(machine.watched.kernel().eventfd(0, 0))).isZero();
    }

    @Test
    void linux612HandsOutNothing() throws IommuException {
        session.close();
        machine = machine(KernelRelease.LINUX_6_12);
        attachBoth();
        assertThat(session.capabilities().routes()).containsExactly(Route.USER);
        assertThat(exports(Machine.IVSHMEM).getLast().obstacle()).contains("the kernel exports no dma-buf of a BAR");
    }
}

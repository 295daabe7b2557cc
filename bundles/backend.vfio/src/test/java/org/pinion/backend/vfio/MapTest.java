package org.pinion.backend.vfio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.Route;
import org.pinion.linux.Errno;
import org.pinion.linux.Mman;
import org.pinion.linux.uapi.VfioType1;
import org.pinion.spi.backend.BackendSession;

class MapTest {

    private Machine machine = Machine.usual();
    private BackendSession session;

    @BeforeEach
    void attachADevice() throws IommuException {
        session = machine.backend.open("vm0");
        session.preflight(Machine.EDU);
        session.attach(Machine.EDU);
    }

    @AfterEach
    void nothingLeaks() throws IommuException, IOException {
        session.close();
        assertThat(machine.leaks()).isEmpty();
    }

    private void refuses(Mapping mapping, Errno errno, String... words) throws IOException {
        long pinned = machine.watched.pinned();
        long mappings = session.ledger().mappings();
        assertThatThrownBy(() -> session.map(mapping))
                .isInstanceOfSatisfying(IommuException.class, told -> {
                    assertThat(told.errno()).contains(errno.name());
                    assertThat(told.range()).contains(mapping.range());
                    assertThat(told.operation())
                            .isEqualTo("map %s %s %s into 'vm0'"
                                    .formatted(mapping.range(), mapping.access().symbol(), mapping.route().symbol()));
                })
                .hasMessageContainingAll(words);
        assertThat(machine.watched.pinned()).isEqualTo(pinned);
        assertThat(session.ledger().mappings()).isEqualTo(mappings);
    }

    @Test
    void memoryIsMappedCountedAndPinned() throws Exception {
        Mapping one = machine.ram(0, Machine.MIB);
        Mapping two = machine.ram(0x40000000L, 2 * Machine.MIB);
        session.map(one);
        session.map(two);
        assertThat(session.ledger().mappings()).isEqualTo(2);
        assertThat(session.ledger().mappedBytes()).isEqualTo(3 * Machine.MIB);
        assertThat(session.ledger().pinnedBytes()).isEqualTo(3 * Machine.MIB);
        assertThat(machine.watched.pinned()).isEqualTo(3 * Machine.MIB);
        session.unmap(one);
        assertThat(machine.watched.mapped(one.range())).isFalse();
        assertThat(machine.watched.mapped(two.range())).isTrue();
        session.unmap(two);
        assertThat(session.ledger().mappedBytes()).isZero();
        assertThat(machine.watched.pinned()).isZero();
    }

    @Test
    void aMemoryFileGoesByItsAddressIfTheRouteSaysSo() throws Exception {
        long address = machine.memory(Machine.MIB).address();
        session.map(new Mapping(
                AddressRange.ofSize(0, Machine.MIB), Access.READ, Route.USER, new Backing.MemoryFile(-1, 0, address)));
        assertThat(machine.watched.mapped(new AddressRange(0, Machine.MIB - 1))).isTrue();
    }

    @Test
    void whatCannotBeGivenToTheKernelIsRefusedWithoutAskingIt() {
        AddressRange range = AddressRange.ofSize(0, Machine.PAGE);
        long ioctls = machine.watched.ioctls();
        assertThatThrownBy(() -> session.map(
                        new Mapping(range, Access.READ, Route.FILE, new Backing.Remote("pc.ram", 0))))
                .hasMessageContaining("'pc.ram' at 0x0 cannot be mapped from this process by route file");
        assertThatThrownBy(() -> session.map(
                        new Mapping(range, Access.READ, Route.USER, new Backing.MemoryFile(3, 0, 0))))
                .hasMessageContaining("by route user");
        assertThatThrownBy(() -> session.map(
                        new Mapping(range, Access.READ, Route.DMA_BUF, new Backing.DmaBuf(3, 0))))
                .hasMessageContaining("by route dma-buf");
        assertThat(machine.watched.ioctls()).isEqualTo(ioctls);
    }

    @Test
    void anOverlapIsRefused() throws Exception {
        session.map(machine.ram(0, Machine.MIB));
        refuses(machine.ram(Machine.MIB - Machine.PAGE, Machine.MIB), Errno.EEXIST, "is mapped already");
    }

    @Test
    void theMsiWindowAndTheApertureAreToldByTheirRanges() throws Exception {
        refuses(machine.ram(0xfedff000L, 2 * Machine.PAGE), Errno.EINVAL, "[0xfee00000-0xfee00fff] is reserved by");
        refuses(machine.ram(0x8000000000L, Machine.PAGE), Errno.EINVAL, "outside the aperture");
    }

    @Test
    void whatIsNotAlignedIsTold() throws Exception {
        long address = machine.memory(Machine.MIB).address();
        refuses(Machine.user(0x800, Machine.PAGE, address), Errno.EINVAL, "multiples of 0x1000");
        refuses(Machine.user(0, 0x800, address), Errno.EINVAL, "multiples of 0x1000");
        refuses(Machine.user(0, Machine.PAGE, address + 0x800), Errno.EINVAL, "multiples of 0x1000");
    }

    @Test
    void memoryThatCannotBePinnedIsToldByWhatItIs() throws Exception {
        refuses(Machine.user(0, Machine.PAGE, Machine.PAGE), Errno.EFAULT, "nothing is mapped at 0x1000 in this"
                + " process");
        long readOnly = machine.memory(Machine.MIB, Mman.PROT_READ).address();
        refuses(Machine.user(0, Machine.PAGE, readOnly), Errno.EFAULT, "may not be written");
    }

    @Test
    void theEndOfTheEntriesIsTold() throws Exception {
        machine.watched.answer(VfioType1.MAP_DMA, Errno.ENOSPC);
        refuses(
                machine.ram(0, Machine.PAGE),
                Errno.ENOSPC,
                "the container takes no more mappings: it has 0",
                "echo 1000000 > /sys/module/vfio_iommu_type1/parameters/dma_entry_limit");
    }

    @Test
    void theLimitOnLockedMemoryIsToldWithTheNeed() throws Exception {
        session.close();
        machine = Machine.withMemlock(Machine.MIB, Machine.edu(Machine.EDU, 1));
        attachADevice();
        session.map(machine.ram(0, Machine.MIB));
        refuses(
                machine.ram(0x200000, Machine.PAGE),
                Errno.ENOMEM,
                "0x1000 bytes are to be pinned and the limit on locked memory is 0x100000 bytes",
                "ulimit -l");
    }

    @Test
    void theEndOfTheAddressSpaceIsTold() throws Exception {
        refuses(
                new Mapping(new AddressRange(0, -Machine.PAGE - 1), Access.READ, Route.USER, new Backing.UserMemory(0)),
                Errno.EINVAL,
                "is reserved by, or outside the aperture of");
        refuses(
                new Mapping(
                        new AddressRange(Machine.PAGE, -1L),
                        Access.READ,
                        Route.USER,
                        new Backing.UserMemory(2 * Machine.PAGE)),
                Errno.EOVERFLOW,
                "past 2^64-1");
    }

    @Test
    void whatIsNotMappedIsNotUnmapped() throws Exception {
        Mapping mapping = machine.ram(0, Machine.MIB);
        assertThatThrownBy(() -> session.unmap(mapping))
                .isInstanceOf(IommuException.class)
                .hasMessageStartingWith("unmap 0x0-0xfffff rw user from 'vm0': ENOENT: the kernel has nothing mapped");
        session.map(mapping);
        Mapping part = mapping.slice(AddressRange.ofSize(0, Machine.PAGE));
        assertThatThrownBy(() -> session.unmap(part)).hasMessageContaining("a mapping reaches out of 0x0-0xfff");
        assertThat(machine.watched.mapped(mapping.range())).isTrue();
    }

    @Test
    void anUnmapOfLessThanTheWholeIsNoSuccess() throws Exception {
        Mapping whole = machine.ram(0, 2 * Machine.MIB);
        session.map(whole.slice(AddressRange.ofSize(0, Machine.MIB)));
        assertThatThrownBy(() -> session.unmap(whole))
                .hasMessageContaining("the kernel removed 0x100000 bytes of 0x200000: only part of it was mapped");
        assertThat(session.ledger().mappedBytes()).isZero();
    }

    @Test
    void anAnswerThatTheKernelIsNotKnownToGiveStillHasWords() throws Exception {
        machine.watched.answer(VfioType1.MAP_DMA, Errno.EIO);
        refuses(machine.ram(0, Machine.PAGE), Errno.EIO, "Input/output error", "dmesg");
    }
}

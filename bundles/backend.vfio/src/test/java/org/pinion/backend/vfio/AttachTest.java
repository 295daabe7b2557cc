package org.pinion.backend.vfio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.pinion.api.AddressRange;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.api.Route;
import org.pinion.device.DeviceRegion;
import org.pinion.device.cause.DeviceAccess;
import org.pinion.emulator.host.ReservedType;
import org.pinion.linux.Errno;
import org.pinion.linux.Mman;
import org.pinion.linux.uapi.Vfio;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.DeviceHandle;

class AttachTest {

    private static final long MSI_WINDOW = 0xfee00000L;

    private Machine machine = Machine.usual();
    private BackendSession session;

    private void open(Machine other) throws IommuException {
        machine = other;
        session = machine.backend.open("vm0");
    }

    private DeviceHandle attach(String device) throws IommuException {
        session.preflight(device);
        return session.attach(device);
    }

    @AfterEach
    void nothingLeaks() throws IommuException, IOException {
        session.close();
        assertThat(machine.leaks()).isEmpty();
    }

    @Test
    void whatWasMappedIsPinnedOnceADeviceBehindAnIommuIsAttached() throws Exception {
        open(Machine.usual());
        session.map(machine.ram(0, Machine.MIB));
        attach(Machine.MDEV);
        assertThat(session.ledger().pinnedBytes()).isZero();
        assertThat(machine.watched.pinned()).isZero();
        attach(Machine.EDU);
        attach(Machine.EDU2);
        assertThat(session.ledger().pinnedBytes()).isEqualTo(Machine.MIB);
        assertThat(machine.watched.pinned()).isEqualTo(Machine.MIB);
        session.detach(Machine.EDU);
        assertThat(session.ledger().pinnedBytes()).isEqualTo(Machine.MIB);
        session.detach(Machine.EDU2);
        assertThat(session.ledger().pinnedBytes()).isZero();
        assertThat(machine.watched.pinned()).isZero();
    }

    @Test
    void aDeviceIsNotLetInOverAMappingInItsReservedRegion() throws Exception {
        open(Machine.usual());
        attach(Machine.MDEV);
        Mapping window = machine.ram(MSI_WINDOW, Machine.PAGE);
        session.map(window);
        session.preflight(Machine.EDU);
        assertThatThrownBy(() -> session.attach(Machine.EDU))
                .isInstanceOf(IommuException.class)
                .hasMessageStartingWith("attach 0000:00:10.0 to 'vm0': EINVAL: 0xfee00000-0xfee00fff is mapped, which")
                .hasMessageContaining("cannot use: it can use [0x0-0xfedfffff, 0xfef00000-0x7fffffffff]");
        assertThat(session.usable()).isEqualTo(RangeSet.ALL);
        session.unmap(window);
        session.attach(Machine.EDU);
        assertThat(session.usable().contains(MSI_WINDOW)).isFalse();
    }

    @Test
    void memoryThatCannotBePinnedKeepsTheFirstDeviceOut() throws Exception {
        open(Machine.usual());
        Mapping good = machine.ram(0x100000, Machine.PAGE);
        Mapping hole = Machine.user(0x200000, Machine.PAGE, Machine.PAGE);
        session.map(good);
        session.map(hole);
        session.preflight(Machine.EDU);
        assertThatThrownBy(() -> session.attach(Machine.EDU))
                .hasMessageStartingWith("map 0x200000-0x200fff rw user into 'vm0': EFAULT: memory at 0x1000 cannot be"
                        + " pinned: nothing is mapped at 0x1000");
        assertThat(machine.watched.mapped(good.range())).isFalse();
        assertThat(machine.watched.pinned()).isZero();
        session.unmap(hole);
        session.attach(Machine.EDU);
        assertThat(machine.watched.mapped(good.range())).isTrue();
    }

    @Test
    void memoryThatCannotBePinnedKeepsALaterDeviceOut() throws Exception {
        open(Machine.usual());
        attach(Machine.MDEV);
        Mapping hole = Machine.user(0, Machine.PAGE, Machine.PAGE);
        session.map(hole);
        session.preflight(Machine.EDU);
        assertThatThrownBy(() -> session.attach(Machine.EDU)).hasMessageContainingAll("EFAULT", "cannot be pinned");
        session.unmap(hole);
        session.attach(Machine.EDU);
    }

    @Test
    void whatIsMappedOutlivesTheLastDevice() throws Exception {
        open(Machine.usual());
        attach(Machine.EDU);
        Mapping mapping = machine.ram(0, Machine.MIB);
        session.map(mapping);
        session.detach(Machine.EDU);
        assertThat(machine.watched.mapped(mapping.range())).isFalse();
        assertThat(session.ledger().mappedBytes()).isEqualTo(Machine.MIB);
        attach(Machine.EDU2);
        assertThat(machine.watched.mapped(mapping.range())).isTrue();
        session.unmap(mapping);
        assertThat(session.ledger().mappings()).isZero();
    }

    @Test
    void aContainerServedByIommufdKeepsWhatIsMapped() throws Exception {
        open(Machine.served());
        Mapping mapping = machine.ram(0, Machine.MIB);
        session.map(mapping);
        attach(Machine.EDU);
        assertThat(session.ledger().pinnedBytes()).isEqualTo(Machine.MIB);
        session.detach(Machine.EDU);
        assertThat(machine.watched.mapped(mapping.range())).isTrue();
        assertThat(session.ledger().pinnedBytes()).isZero();
        attach(Machine.EDU2);
        assertThat(session.ledger().pinnedBytes()).isEqualTo(Machine.MIB);
        session.unmap(mapping);
        assertThat(machine.watched.pinned()).isZero();
    }

    @Test
    void whileNoDeviceIsAttachedAMappingIsCheckedAsTheKernelWould() throws Exception {
        open(Machine.usual());
        Mapping mapping = machine.ram(0x10000, 0x10000);
        session.map(mapping);
        assertThatThrownBy(() -> session.map(machine.ram(0x1f000, Machine.PAGE)))
                .hasMessageContaining("EEXIST: some of 0x1f000-0x1ffff is mapped already");
        assertThatThrownBy(() -> session.map(Machine.file(0, Machine.PAGE, Route.FILE, 0)))
                .hasMessageContaining("cannot be mapped from this process by route file");
        assertThatThrownBy(() -> session.unmap(mapping.slice(AddressRange.ofSize(0x10000, Machine.PAGE))))
                .isInstanceOfSatisfying(
                        IommuException.class, failure -> assertThat(failure.errno()).contains("ENOENT"));
        session.cut(mapping, List.of(AddressRange.ofSize(0x10000, Machine.PAGE)));
        session.map(machine.ram(0x1f000, Machine.PAGE));
        assertThat(session.ledger().mappedBytes()).isEqualTo(2 * Machine.PAGE);
        assertThat(session.ledger().pinnedBytes()).isZero();
        attach(Machine.EDU);
        assertThat(machine.watched.pinned()).isEqualTo(2 * Machine.PAGE);
    }

    @Test
    void aGroupThatTheKernelKeepsInCanBeTakenOutAgain() throws Exception {
        open(Machine.usual());
        DeviceHandle edu = attach(Machine.EDU);
        machine.watched.answer(Vfio.GROUP_UNSET_CONTAINER, Errno.EBUSY);
        assertThatThrownBy(() -> session.detach(Machine.EDU))
                .hasMessageContainingAll("EBUSY", "a device of its group is still open");
        assertThatThrownBy(() -> edu.read(0, 0, MemorySegment.ofArray(new byte[4]))).hasMessageContaining("EBADF");
        machine.watched.answerTruthfully();
        session.detach(Machine.EDU);
        attach(Machine.EDU);
    }

    @Test
    void theLimitOnLockedMemoryKeepsADeviceOut() throws Exception {
        open(Machine.withMemlock(Machine.MIB, Machine.edu(Machine.EDU, 1)));
        session.map(machine.ram(0, 2 * Machine.MIB));
        session.preflight(Machine.EDU);
        assertThatThrownBy(() -> session.attach(Machine.EDU))
                .hasMessageContainingAll("ENOMEM", "0x200000 bytes", "locked memory is 0x100000 bytes", "ulimit -l");
        assertThat(machine.watched.pinned()).isZero();
    }

    @Test
    void twoDevicesTogetherAllowWhatBothAllow() throws Exception {
        open(Machine.with(
                Machine.edu(Machine.EDU, 1, Machine.MSI),
                Machine.edu(Machine.EDU2, 2, Machine.reserved(0x40000000L, 0x4fffffffL, ReservedType.RESERVED))));
        RangeSet one = session.preflight(Machine.EDU).usable();
        RangeSet two = session.preflight(Machine.EDU2).usable();
        session.attach(Machine.EDU);
        session.attach(Machine.EDU2);
        assertThat(session.usable()).isEqualTo(one.intersect(two));
        session.detach(Machine.EDU);
        assertThat(session.usable()).isEqualTo(two);
    }

    @Test
    void aGroupOfTwoIsAttachedOneByOneInAnyOrder() throws Exception {
        open(Machine.with(Machine.edu(Machine.EDU, 1, Machine.MSI), Machine.edu(Machine.EDU2, 1, Machine.MSI)));
        session.preflight(Machine.EDU);
        session.preflight(Machine.EDU2);
        session.attach(Machine.EDU2);
        session.attach(Machine.EDU);
        session.detach(Machine.EDU2);
        assertThat(session.usable().contains(MSI_WINDOW)).isFalse();
        attach(Machine.EDU2);
        session.detach(Machine.EDU);
        session.detach(Machine.EDU2);
        assertThat(session.usable()).isEqualTo(RangeSet.ALL);
    }

    @Test
    void onlyWhatWasLearnedAboutIsAttachedAndOnlyOnce() throws Exception {
        open(Machine.usual());
        assertThatThrownBy(() -> session.attach(Machine.EDU)).hasMessageContaining("its limits were not learned"
                + " before");
        attach(Machine.EDU);
        assertThatThrownBy(() -> session.attach(Machine.EDU)).hasMessageContaining("it is attached already");
        assertThatThrownBy(() -> session.release(Machine.EDU)).hasMessageContaining("it is attached; remedy:"
                + " detach it");
        assertThatThrownBy(() -> session.detach(Machine.EDU2)).hasMessageContaining("it is not attached");
    }

    @Test
    void aDetachedDeviceAnswersNoMore() throws Exception {
        open(Machine.usual());
        DeviceHandle edu = attach(Machine.EDU);
        byte[] id = new byte[4];
        edu.read(0, 0, MemorySegment.ofArray(id));
        assertThat(id).containsExactly(0xed, 0, 0, 1);
        assertThat(edu.device().address()).isEqualTo(Machine.EDU);
        session.detach(Machine.EDU);
        assertThatThrownBy(() -> edu.read(0, 0, MemorySegment.ofArray(id)))
                .isInstanceOf(IommuException.class)
                .hasMessage("read 0x4 bytes at 0x0 of region 0 of 0000:00:10.0: EBADF: the device was detached;"
                        + " remedy: attach it again");
    }

    @Test
    void aDeviceIsResetAndADetachedOneIsNot() throws Exception {
        open(Machine.with(Machine.resettable()));
        DeviceHandle edu = attach(Machine.EDU);
        edu.reset();
        session.detach(Machine.EDU);
        assertThatThrownBy(edu::reset)
                .isInstanceOf(IommuException.class)
                .hasMessage("reset 0000:00:10.0: EBADF: the device was detached; remedy: attach it again");
    }

    @Test
    void aDeviceWithoutAResetOfItsOwnIsToldSo() throws Exception {
        open(Machine.usual());
        DeviceHandle edu = attach(Machine.EDU);
        assertThatThrownBy(edu::reset)
                .isInstanceOf(IommuException.class)
                .hasMessage("reset 0000:00:10.0: EINVAL: the device has no reset of its own (neither FLR nor power"
                        + " state); remedy: detach and attach it");
    }

    @Test
    void aBarGoesInByTheAddressAtWhichItIsMapped() throws Exception {
        open(Machine.with(Machine.ivshmem()));
        DeviceAccess ivshmem = (DeviceAccess) attach(Machine.IVSHMEM);
        DeviceRegion region = ivshmem.vfio().region(2);
        MemorySegment bar = machine.watched
                .kernel()
                .mmap(
                        region.size(),
                        Mman.PROT_READ | Mman.PROT_WRITE,
                        Mman.MAP_SHARED,
                        ivshmem.vfio().fd(),
                        region.fileOffset());
        ivshmem.write(Vfio.PCI_CONFIG_REGION, 4, MemorySegment.ofArray(new byte[] {6, 0}));
        session.map(Machine.user(0x40000000L, region.size(), bar.address()));
        assertThat(machine.watched.pinned()).isZero();
        assertThatThrownBy(() -> session.detach(Machine.IVSHMEM)).hasMessageContaining("EBUSY: a device of its group");
        machine.watched.kernel().munmap(bar);
        session.detach(Machine.IVSHMEM);
    }

    @Test
    void anAccessOutsideARegionIsToldInWords() throws Exception {
        open(Machine.usual());
        DeviceHandle edu = attach(Machine.EDU);
        assertThatThrownBy(() -> edu.write(0, 0x7fffffffL, MemorySegment.ofArray(new byte[4])))
                .isInstanceOf(IommuException.class)
                .hasMessage("write 0x4 bytes at 0x7fffffff of region 0 of 0000:00:10.0: the region ends at 0x100000");
        assertThatThrownBy(() -> edu.read(99, 0, MemorySegment.ofArray(new byte[4])))
                .hasMessageContaining("EINVAL: the device has no such region");
    }

    @Test
    @Timeout(20)
    void aDeviceReachesWhatIsMappedAndNothingElse() throws Exception {
        open(Machine.usual());
        MemorySegment memory = machine.memory(Machine.PAGE);
        Mapping mapping = Machine.user(0x100000, Machine.PAGE, memory.address());
        session.map(mapping);
        DeviceHandle edu = attach(Machine.EDU);
        memory.setString(0, "by DMA");
        transfer(edu, 0x100000, 0x40000, 1);
        memory.fill((byte) 0);
        transfer(edu, 0x40000, 0x100800, 3);
        assertThat(memory.getString(0x800)).isEqualTo("by DMA");
        session.unmap(mapping);
        memory.fill((byte) 0);
        transfer(edu, 0x40000, 0x100800, 3);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 0x800)).isZero();
    }

    private static void transfer(DeviceHandle edu, long from, long to, long command) throws Exception {
        try (Arena arena = Arena.ofConfined()) {
            edu.write(Vfio.PCI_CONFIG_REGION, 4, arena.allocateFrom(ValueLayout.JAVA_SHORT, (short) 6));
            register(edu, arena, 0x80, from);
            register(edu, arena, 0x88, to);
            register(edu, arena, 0x90, 16);
            register(edu, arena, 0x98, command);
            MemorySegment busy = arena.allocate(8, 8);
            do {
                TimeUnit.MICROSECONDS.sleep(100);
                edu.read(0, 0x98, busy);
            } while ((busy.get(ValueLayout.JAVA_LONG, 0) & 1) != 0);
        }
    }

    private static void register(DeviceHandle edu, Arena arena, long offset, long value) throws IommuException {
        edu.write(0, offset, arena.allocateFrom(ValueLayout.JAVA_LONG, value));
    }
}

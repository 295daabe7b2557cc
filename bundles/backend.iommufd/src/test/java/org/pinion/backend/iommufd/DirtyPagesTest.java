package org.pinion.backend.iommufd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.IommuException;
import org.pinion.api.IommuFacts.DirtyPages;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.Iommufd;
import org.pinion.linux.uapi.Vfio;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.DeviceHandle;
import org.pinion.spi.backend.DirtyTracking;

/** An IOMMU tells which pages a device wrote, if it can; what it cannot tell for certain counts as written. */
class DirtyPagesTest {

    private static final AddressRange LOW = AddressRange.ofSize(0, 0x1_0000);
    private static final AddressRange NEXT = AddressRange.ofSize(0x1_0000, 0x1_0000);
    private static final AddressRange ALL = AddressRange.ofSize(0, 0x100_0000);

    private final Machine machine = Machine.with(
            Machine.tracked(Machine.EDU, 1, Machine.MSI),
            Machine.tracked(Machine.EDU2, 2, Machine.MSI),
            Machine.edu("0000:00:13.0", 3, Machine.MSI),
            Machine.mdev());
    private final BackendSession session = machine.backend.open("vm0");

    DirtyPagesTest() throws IommuException {}

    @AfterEach
    void nothingLeaks() throws IommuException, IOException {
        machine.watched.answerTruthfully();
        session.close();
        assertThat(machine.leaks()).isEmpty();
    }

    private DeviceHandle attach(String device) throws IommuException {
        session.preflight(device);
        return session.attach(device);
    }

    private Mapping map(AddressRange range) throws IommuException {
        Mapping mapping = machine.ram(range.start(), range.size());
        session.map(mapping);
        return mapping;
    }

    private static RangeSet page(long... starts) {
        return RangeSet.of(Arrays.stream(starts)
                .mapToObj(start -> AddressRange.ofSize(start, Machine.PAGE))
                .toList());
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
    void aPageTableThatIsNotDestroyedAtOnceIsSoAtTheNextChange() throws IommuException, IOException {
        Mapping low = map(LOW);
        attach(Machine.EDU);
        machine.watched.answer(Iommufd.DESTROY, Errno.EBUSY);
        session.detach(Machine.EDU);
        machine.watched.answerTruthfully();
        assertThat(machine.watched.pinned()).isEqualTo(LOW.size());

        map(NEXT);

        assertThat(machine.watched.pinned()).isZero();
        session.unmap(low);
    }

    @Test
    void eachPageIsToldOnceForEachTimeItWasWritten() throws IommuException {
        DeviceHandle edu = attach(Machine.EDU);
        DeviceHandle second = attach(Machine.EDU2);
        map(LOW);
        map(NEXT);
        write(edu, 0x8000);
        assertThat(session.startDirtyTracking()).isEqualTo(new DirtyTracking(Machine.PAGE, true));
        write(edu, 0x3000);
        write(second, 0x1_2ffc);
        assertThat(session.takeDirty(ALL)).isEqualTo(page(0x3000, 0x1_2000, 0x1_3000));
        assertThat(session.takeDirty(ALL)).isEqualTo(RangeSet.EMPTY);
        write(edu, 0x3000);
        assertThat(session.takeDirty(AddressRange.ofSize(0x4000, 0x1000))).isEqualTo(RangeSet.EMPTY);
        assertThat(session.takeDirty(AddressRange.ofSize(0x3000, 0x1000))).isEqualTo(page(0x3000));
        session.stopDirtyTracking();
    }

    @Test
    void aDeviceThatAttachesMeanwhileIsTrackedAndOneThatLeavesHasItsLastWritesTold() throws IommuException {
        map(LOW);
        session.startDirtyTracking();
        DeviceHandle edu = attach(Machine.EDU);
        write(edu, 0x5000);
        session.detach(Machine.EDU);
        assertThat(session.takeDirty(ALL)).isEqualTo(page(0x5000));
    }

    @Test
    void whatIsUnmappedOrCutCountsAsWritten() throws IommuException {
        attach(Machine.EDU);
        Mapping low = map(LOW);
        Mapping next = map(NEXT);
        Mapping rom = new Mapping(
                AddressRange.ofSize(0x10_0000, 0x1000), Access.READ, low.route(), low.backing());
        session.map(rom);
        session.startDirtyTracking();
        session.unmap(rom);
        session.unmap(low);
        session.cut(next, List.of(AddressRange.ofSize(0x1_0000, 0x1000)));
        assertThat(session.takeDirty(ALL)).isEqualTo(RangeSet.of(LOW, NEXT));
        assertThat(session.takeDirty(ALL)).isEqualTo(RangeSet.EMPTY);
    }

    @Test
    void devicesThatCannotTellAreNamedWithTheReason() throws IommuException {
        assertThat(session.preflight("0000:00:13.0").iommu().dirtyPages()).isEqualTo(DirtyPages.NONE);
        assertThat(session.preflight(Machine.EDU).iommu().dirtyPages()).isEqualTo(DirtyPages.EXACT);
        session.startDirtyTracking();
        assertThatThrownBy(() -> session.attach("0000:00:13.0"))
                .hasMessageContaining("the IOMMU before 0000:00:13.0 (Intel VT-d) does not tell which pages devices "
                        + "write");
        assertThatThrownBy(() -> attach(Machine.MDEV))
                .hasMessageContaining("no IOMMU stands before " + Machine.MDEV);
        session.stopDirtyTracking();
        attach("0000:00:13.0");
        assertThatThrownBy(session::startDirtyTracking).hasMessageContaining("0000:00:13.0", "Intel's needs SSADS");
    }

    @Test
    void devicesThatFitShareOnePageTableAndTheLastTakesItAlong() throws IommuException, IOException {
        map(LOW);
        long before = machine.watched.ioctls();
        attach(Machine.EDU);
        attach(Machine.EDU2);
        attach("0000:00:13.0");
        assertThat(machine.watched.ioctls()).isGreaterThan(before);
        session.detach(Machine.EDU);
        session.detach("0000:00:13.0");
        assertThat(machine.watched.pinned()).isEqualTo(LOW.size());
        session.detach(Machine.EDU2);
        assertThat(machine.watched.pinned()).isZero();
    }

    @Test
    void whatTheKernelDoesNotTellIsToldTheNextTime() throws IommuException {
        DeviceHandle edu = attach(Machine.EDU);
        map(LOW);
        session.startDirtyTracking();
        write(edu, 0x3000);
        machine.watched.answer(Iommufd.HWPT_GET_DIRTY_BITMAP, Errno.ENOMEM);
        assertThatThrownBy(() -> session.takeDirty(ALL)).isInstanceOf(IommuException.class);
        machine.watched.answerTruthfully();
        assertThat(session.takeDirty(ALL)).isEqualTo(page(0x3000));
    }

    @Test
    void anAttachThatFailsLeavesNoPageTable() throws IommuException, IOException {
        map(LOW);
        session.preflight(Machine.EDU);
        machine.watched.answer(Vfio.DEVICE_ATTACH_IOMMUFD_PT, Errno.EBUSY);
        assertThatThrownBy(() -> session.attach(Machine.EDU)).isInstanceOf(IommuException.class);
        machine.watched.answerTruthfully();
        assertThat(machine.watched.pinned()).isZero();
    }
}

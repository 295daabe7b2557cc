package org.pinion.backend.iommufd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.pinion.api.AddressRange;
import org.pinion.api.IommuException;
import org.pinion.api.Ledger;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.emulator.host.HostDevice;
import org.pinion.emulator.host.ReservedRegion;
import org.pinion.emulator.host.ReservedType;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.Iommufd;
import org.pinion.linux.uapi.Vfio;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.CutException;
import org.pinion.spi.backend.InDoubtException;

/** A device in an IOAS of its own beside that of the session. */
class ApartTest {

    private static final AddressRange HOLE = AddressRange.ofSize(0x40000, 0x40000);
    private static final ReservedRegion RESERVED = Machine.reserved(HOLE.start(), HOLE.last(), ReservedType.MSI);
    private static final AddressRange LOW = AddressRange.ofSize(0, 0x40000);
    private static final AddressRange HIGH = AddressRange.ofSize(0x80000, 0x80000);
    private static final long MIB = Machine.MIB;

    private Machine machine = Machine.with(
            Machine.edu(Machine.EDU, 1, Machine.MSI), Machine.edu(Machine.EDU2, 2, Machine.MSI, RESERVED));
    private BackendSession session;
    private final List<Mapping> mapped = new ArrayList<>();
    private final Map<String, Dma> attached = new HashMap<>();

    @AfterEach
    void nothingLeaks() throws IommuException, IOException {
        machine.watched.answerTruthfully();
        machine.watched.afterIoctl(_ -> {});
        session.close();
        assertThat(machine.leaks()).isEmpty();
    }

    private void open() throws IommuException {
        session = machine.backend.open("vm0");
    }

    private void learn(String... devices) throws IommuException {
        for (String device : devices) {
            session.preflight(device);
        }
    }

    private Mapping map(long at, long bytes) throws IommuException {
        Mapping mapping = machine.ram(at, bytes);
        session.map(mapping);
        mapped.add(mapping);
        return mapping;
    }

    private void attachApart(String device) throws IommuException {
        learn(device);
        session.separate(device, mapped);
        attach(device);
    }

    private long pinned() {
        try {
            return machine.watched.pinned();
        } catch (IOException unreadable) {
            throw new AssertionError(unreadable);
        }
    }

    private void attach(String device) throws IommuException {
        attached.put(device, new Dma(machine.emulated, session.attach(device)));
    }

    private RangeSet reached(String device) throws IommuException {
        return attached.get(device).reaches(LOW, HOLE, HIGH);
    }

    private static RangeSet all() {
        return RangeSet.of(LOW, HOLE, HIGH);
    }

    @Test
    void aDeviceThatIsAttachedApartReachesAllButWhatItForbidsAndPagesArePinnedOnce() throws IommuException {
        open();
        learn(Machine.EDU);
        attach(Machine.EDU);
        map(0, MIB);
        attachApart(Machine.EDU2);
        assertThat(reached(Machine.EDU)).isEqualTo(all());
        assertThat(reached(Machine.EDU2)).isEqualTo(RangeSet.of(LOW, HIGH));
        assertThat(pinned()).isEqualTo(MIB);
        assertThat(session.ledger())
                .extracting(Ledger::mappings, Ledger::mappedBytes, Ledger::pinnedBytes, Ledger::newlyPinnedBytes)
                .containsExactly(1L, MIB, MIB, MIB);
    }

    @Test
    void anAttachedDeviceMovesThereAndBackAndItsPagesStayPinned() throws IommuException {
        open();
        Mapping low = map(LOW.start(), LOW.size());
        learn(Machine.EDU2);
        attach(Machine.EDU2);
        AtomicLong least = new AtomicLong(Long.MAX_VALUE);
        machine.watched.afterIoctl(_ -> least.accumulateAndGet(pinned(), Math::min));
        session.separate(Machine.EDU2, mapped);
        Mapping hole = map(HOLE.start(), HOLE.size());
        assertThat(session.usable().contains(HOLE)).isTrue();
        assertThat(reached(Machine.EDU2)).isEqualTo(RangeSet.of(LOW));
        assertThatThrownBy(() -> session.join(Machine.EDU2)).hasMessageContaining("EADDRINUSE");
        session.unmap(hole);
        session.join(Machine.EDU2);
        assertThat(session.usable().contains(HOLE)).isFalse();
        assertThat(reached(Machine.EDU2)).isEqualTo(RangeSet.of(LOW));
        assertThat(least).hasValue(low.range().size());
        assertThat(session.ledger().newlyPinnedBytes()).isEqualTo(low.range().size());
    }

    @Test
    void changesReachBoth() throws IommuException {
        open();
        learn(Machine.EDU);
        attach(Machine.EDU);
        attachApart(Machine.EDU2);
        Mapping whole = map(0, MIB);
        assertThat(reached(Machine.EDU2)).isEqualTo(RangeSet.of(LOW, HIGH));
        AtomicLong least = new AtomicLong(Long.MAX_VALUE);
        machine.watched.afterIoctl(_ -> least.accumulateAndGet(pinned(), Math::min));
        session.cut(whole, List.of(HOLE, HIGH));
        assertThat(least).as("bytes that stay pinned").hasValue(HOLE.size() + HIGH.size());
        assertThat(reached(Machine.EDU)).isEqualTo(RangeSet.of(HOLE, HIGH));
        assertThat(reached(Machine.EDU2)).isEqualTo(RangeSet.of(HIGH));
        session.unmap(whole.slice(HIGH));
        assertThat(reached(Machine.EDU2)).isEqualTo(RangeSet.EMPTY);
        assertThat(pinned()).isEqualTo(HOLE.size());
    }

    @Test
    void whereAllDevicesAreApartOnlyWhatTheyReachIsPinned() throws IommuException {
        open();
        map(0, MIB);
        attachApart(Machine.EDU2);
        assertThat(pinned()).isEqualTo(MIB - HOLE.size());
        assertThat(session.ledger())
                .extracting(Ledger::pinnedBytes, Ledger::newlyPinnedBytes)
                .containsExactly(MIB - HOLE.size(), MIB - HOLE.size());
        Mapping more = map(0x200000, MIB);
        session.cut(more, List.of(AddressRange.ofSize(0x200000, 0x1000)));
        assertThat(session.ledger().pinnedBytes()).isEqualTo(pinned()).isEqualTo(MIB - HOLE.size() + 0x1000);
        assertThat(session.keepsCutPages()).isTrue();
    }

    @Test
    void devicesWithTheSameLimitsShareAnIoasAndItGoesWithTheLast() throws IommuException {
        machine = Machine.with(
                Machine.edu(Machine.EDU, 1, Machine.MSI, RESERVED),
                Machine.edu(Machine.EDU2, 1, Machine.MSI, RESERVED));
        open();
        AtomicLong made = new AtomicLong();
        AtomicLong gone = new AtomicLong();
        map(LOW.start(), LOW.size());
        learn(Machine.EDU, Machine.EDU2);
        attach(Machine.EDU);
        attach(Machine.EDU2);
        machine.watched.afterIoctl(request -> {
            made.addAndGet(request == Iommufd.IOAS_ALLOC ? 1 : 0);
            gone.addAndGet(request == Iommufd.DESTROY ? 1 : 0);
        });
        session.separate(Machine.EDU, mapped);
        session.separate(Machine.EDU2, mapped);
        assertThat(made).hasValue(1);
        map(HOLE.start(), HOLE.size());
        assertThat(reached(Machine.EDU2)).isEqualTo(RangeSet.of(LOW));
        session.detach(Machine.EDU);
        assertThat(reached(Machine.EDU2)).isEqualTo(RangeSet.of(LOW));
        assertThat(gone).hasValue(0);
        session.detach(Machine.EDU2);
        assertThat(gone).hasValue(1);
    }

    @Test
    void aDeviceMovesBehindAnOldVirtioIommuToo() throws IommuException {
        machine = Machine.oldVirtio(RESERVED);
        open();
        map(LOW.start(), LOW.size());
        learn(Machine.EDU);
        attach(Machine.EDU);
        session.separate(Machine.EDU, mapped);
        Mapping hole = map(HOLE.start(), HOLE.size());
        assertThat(reached(Machine.EDU)).isEqualTo(RangeSet.of(LOW));
        session.unmap(hole);
        session.join(Machine.EDU);
        assertThat(reached(Machine.EDU)).isEqualTo(RangeSet.of(LOW));
        assertThat(session.ledger().pinnedBytes()).isEqualTo(pinned()).isEqualTo(LOW.size());
    }

    @Test
    void aDeviceThatCouldNeitherMoveNorComeBackReachesItsMemoryAfterTheNextJoin() throws IommuException {
        machine = Machine.oldVirtio(RESERVED);
        open();
        map(LOW.start(), LOW.size());
        learn(Machine.EDU);
        attach(Machine.EDU);
        machine.watched.answer(Vfio.DEVICE_ATTACH_IOMMUFD_PT, Errno.ENOMEM);
        assertThatThrownBy(() -> session.separate(Machine.EDU, mapped)).hasMessageContaining("ENOMEM");
        assertThat(reached(Machine.EDU)).isEqualTo(RangeSet.EMPTY);
        assertThatThrownBy(() -> session.join(Machine.EDU)).hasMessageContaining("ENOMEM");
        machine.watched.answerTruthfully();
        session.join(Machine.EDU);
        assertThat(reached(Machine.EDU)).isEqualTo(RangeSet.of(LOW));
    }

    @Test
    void writtenPagesAreToldWhereverTheDeviceIs() throws IommuException {
        HostDevice tracked = Machine.tracked(Machine.EDU, 1, RESERVED);
        machine = Machine.with(tracked);
        open();
        map(LOW.start(), LOW.size());
        learn(Machine.EDU);
        attach(Machine.EDU);
        session.startDirtyTracking();
        attached.get(Machine.EDU).writes(0x1000);
        session.separate(Machine.EDU, mapped);
        attached.get(Machine.EDU).writes(0x3000);
        AddressRange all = AddressRange.ofSize(0, MIB);
        assertThat(session.takeDirty(all))
                .isEqualTo(RangeSet.of(AddressRange.ofSize(0x1000, 0x1000), AddressRange.ofSize(0x3000, 0x1000)));
        attached.get(Machine.EDU).writes(0x4000);
        session.join(Machine.EDU);
        attached.get(Machine.EDU).writes(0x5000);
        assertThat(session.takeDirty(all)).isEqualTo(RangeSet.of(AddressRange.ofSize(0x4000, 0x2000)));
    }

    @Test
    void whatTheOtherIoasDoesNotTakeIsNowhere() throws IommuException {
        open();
        learn(Machine.EDU);
        attach(Machine.EDU);
        attachApart(Machine.EDU2);
        machine.watched.answer(Iommufd.IOAS_COPY, Errno.ENOMEM);
        Mapping mapping = machine.ram(0, MIB);
        assertThatThrownBy(() -> session.map(mapping))
                .isInstanceOf(IommuException.class)
                .isNotInstanceOf(InDoubtException.class);
        assertThat(pinned()).isZero();
        assertThat(session.ledger().mappings()).isZero();
        machine.watched.answer(Iommufd.IOAS_UNMAP, Errno.EBUSY);
        assertThatThrownBy(() -> session.map(mapping)).isInstanceOf(InDoubtException.class);
        machine.watched.answerTruthfully();
        session.unmap(mapping);
        assertThat(pinned()).isZero();
    }

    @Test
    void aCutThatFailsInOneIsACutInNone() throws IommuException {
        open();
        learn(Machine.EDU);
        attach(Machine.EDU);
        attachApart(Machine.EDU2);
        Mapping whole = map(0, MIB);
        AtomicLong copies = new AtomicLong();
        machine.watched.afterIoctl(request -> {
            // Two go into scratches for the parts of the other IOAS, the next would be for the session's.
            if (request == Iommufd.HWPT_ALLOC && copies.incrementAndGet() == 2) {
                machine.watched.answer(Iommufd.HWPT_ALLOC, Errno.ENOMEM);
            }
        });
        AddressRange kept = AddressRange.ofSize(0x1000, MIB - 0x2000);
        assertThatThrownBy(() -> session.cut(whole, List.of(kept)))
                .hasMessageContaining("ENOMEM")
                .isNotInstanceOf(CutException.class)
                .isNotInstanceOf(InDoubtException.class);
        machine.watched.answerTruthfully();
        machine.watched.afterIoctl(_ -> {});
        assertThat(reached(Machine.EDU)).isEqualTo(all());
        assertThat(reached(Machine.EDU2)).isEqualTo(RangeSet.of(LOW, HIGH));
        session.unmap(whole);
        assertThat(pinned()).isZero();
    }

    @Test
    void whoIsApartStaysApartThroughAHandOver() throws IommuException {
        open();
        learn(Machine.EDU);
        attach(Machine.EDU);
        Mapping whole = map(0, MIB);
        attachApart(Machine.EDU2);
        Ledger before = session.ledger();
        session = machine.backend.adopt("vm0", session.handOver(session.handsOver().iterator().next()));
        for (String device : List.of(Machine.EDU, Machine.EDU2)) {
            attached.put(device, new Dma(machine.emulated, session.attached(device)));
        }
        assertThat(session.ledger()).isEqualTo(before);
        assertThat(reached(Machine.EDU2)).isEqualTo(RangeSet.of(LOW, HIGH));
        session.cut(whole, List.of(HOLE, HIGH));
        assertThat(reached(Machine.EDU)).isEqualTo(RangeSet.of(HOLE, HIGH));
        assertThat(reached(Machine.EDU2)).isEqualTo(RangeSet.of(HIGH));
        session.unmap(whole.slice(HOLE));
        session.join(Machine.EDU2);
        assertThat(reached(Machine.EDU2)).isEqualTo(RangeSet.of(HIGH));
        assertThat(session.ledger().pinnedBytes()).isEqualTo(pinned()).isEqualTo(HIGH.size());
    }
}

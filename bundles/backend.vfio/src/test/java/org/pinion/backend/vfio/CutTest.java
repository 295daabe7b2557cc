package org.pinion.backend.vfio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pinion.api.AddressRange;
import org.pinion.api.IommuException;
import org.pinion.api.Ledger;
import org.pinion.api.Mapping;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.VfioType1;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.CutException;

class CutTest {

    private static final AddressRange LOW = AddressRange.ofSize(0, 0x40000);
    private static final AddressRange MIDDLE = AddressRange.ofSize(0x40000, 0x40000);
    private static final AddressRange HIGH = AddressRange.ofSize(0x80000, 0x80000);

    private final Machine machine = Machine.usual();
    private BackendSession session;
    private Mapping mapping;

    @BeforeEach
    void mapAMebibyte() throws IommuException {
        session = machine.backend.open("vm0");
        session.preflight(Machine.EDU);
        session.attach(Machine.EDU);
        mapping = machine.ram(0, Machine.MIB);
        session.map(mapping);
    }

    @AfterEach
    void nothingLeaks() throws IommuException, IOException {
        machine.watched.answerTruthfully();
        session.close();
        assertThat(machine.leaks()).isEmpty();
    }

    private long pinned() {
        try {
            return machine.watched.pinned();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private void assertMapped(boolean low, boolean middle, boolean high) {
        assertThat(List.of(machine.watched.mapped(LOW), machine.watched.mapped(MIDDLE), machine.watched.mapped(HIGH)))
                .containsExactly(low, middle, high);
    }

    @Test
    void thePartsThatStayAreMappingsOfTheirOwn() throws IommuException {
        session.cut(mapping, List.of(LOW, HIGH));
        assertMapped(true, false, true);
        assertThat(session.ledger())
                .extracting(Ledger::mappings, Ledger::mappedBytes, Ledger::pinnedBytes)
                .containsExactly(2L, 0xc0000L, 0xc0000L);
        assertThat(pinned()).isEqualTo(0xc0000);
        session.unmap(mapping.slice(LOW));
        session.unmap(mapping.slice(HIGH));
        assertThat(session.ledger().mappings()).isZero();
    }

    @Test
    void aMappingIsCutWhileNoDeviceIsAttached() throws IommuException {
        session.detach(Machine.EDU);
        session.cut(mapping, List.of(MIDDLE));
        assertThat(pinned()).isZero();
        session.preflight(Machine.EDU);
        session.attach(Machine.EDU);
        assertMapped(false, true, false);
        assertThat(pinned()).isEqualTo(MIDDLE.size());
    }

    @Test
    void aMappingThatTheKernelDoesNotHaveIsNotCut() {
        assertThatThrownBy(() -> session.cut(machine.ram(0x40000000L, Machine.MIB), List.of()))
                .isInstanceOf(IommuException.class)
                .isNotInstanceOf(CutException.class)
                .hasMessageStartingWith("cut 0x40000000-0x400fffff rw user to [] in 'vm0': ENOENT: the kernel"
                        + " has nothing");
        assertMapped(true, true, true);
    }

    @Test
    void whatIsRefusedHalfWayIsPutBack() {
        AtomicLong maps = new AtomicLong();
        machine.watched.afterIoctl(request -> {
            if (request == VfioType1.UNMAP_DMA) {
                machine.watched.answerOnce(VfioType1.MAP_DMA, Errno.ENOMEM);
            }
            maps.addAndGet(request == VfioType1.MAP_DMA ? 1 : 0);
        });
        assertThatThrownBy(() -> session.cut(mapping, List.of(LOW, HIGH)))
                .isNotInstanceOf(CutException.class)
                .hasMessageContaining("ENOMEM");
        machine.watched.afterIoctl(_ -> {});
        assertThat(maps).hasValue(1);
        assertMapped(true, true, true);
        assertThat(session.ledger())
                .extracting(Ledger::mappings, Ledger::mappedBytes)
                .containsExactly(1L, Machine.MIB);
    }

    @Test
    void whatCannotBeUndoneSaysExactlyWhatIsLeft() {
        machine.watched.afterIoctl(request -> {
            if (request == VfioType1.MAP_DMA) {
                machine.watched.answer(VfioType1.MAP_DMA, Errno.ENOMEM);
                machine.watched.answer(VfioType1.UNMAP_DMA, Errno.EBUSY);
            }
        });
        assertThatThrownBy(() -> session.cut(mapping, List.of(LOW, HIGH)))
                .isInstanceOfSatisfying(
                        CutException.class, failure -> assertThat(failure.left()).containsExactly(LOW));
        machine.watched.answerTruthfully();
        machine.watched.afterIoctl(_ -> {});
        assertMapped(true, false, false);
        assertThat(session.ledger())
                .extracting(Ledger::mappings, Ledger::mappedBytes)
                .containsExactly(1L, LOW.size());
    }
}

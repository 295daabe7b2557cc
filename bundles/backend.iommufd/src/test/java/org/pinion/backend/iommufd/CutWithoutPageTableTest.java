package org.pinion.backend.iommufd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pinion.api.AddressRange;
import org.pinion.api.IommuException;
import org.pinion.api.Ledger;
import org.pinion.api.Mapping;
import org.pinion.spi.backend.BackendSession;

/** Where an IOMMU's page table takes nothing before a device is attached to it: a virtio IOMMU up to Linux 6.12. */
class CutWithoutPageTableTest {

    private static final AddressRange LOW = AddressRange.ofSize(0x100000, 0x40000);
    private static final AddressRange HIGH = AddressRange.ofSize(0x180000, 0x80000);

    private final Machine machine = Machine.oldVirtio(Machine.MSI);
    private BackendSession session;
    private Mapping mapping;

    @BeforeEach
    void mapAMebibyte() throws IommuException {
        session = machine.backend.open("vm0");
        mapping = machine.ram(0x100000, Machine.MIB);
        session.map(mapping);
    }

    @AfterEach
    void nothingLeaks() throws IommuException, IOException {
        session.close();
        assertThat(machine.leaks()).isEmpty();
    }

    private void attach(String device) throws IommuException {
        session.preflight(device);
        session.attach(device);
    }

    @Test
    void theSessionSaysThatACutPinsAnewAndTheLedgerCountsIt() throws IommuException, IOException {
        attach(Machine.EDU);
        assertThat(session.keepsCutPages()).isFalse();
        assertThat(session.keepsThroughCut(mapping)).isFalse();
        session.cut(mapping, List.of(LOW, HIGH));
        assertThat(machine.watched.mapped(LOW) && machine.watched.mapped(HIGH)).isTrue();
        assertThat(session.ledger())
                .extracting(Ledger::mappings, Ledger::pinnedBytes, Ledger::newlyPinnedBytes)
                .containsExactly(2L, 0xc0000L, 0x1c0000L);
        assertThat(machine.watched.pinned()).isEqualTo(0xc0000);
    }

    @Test
    void whereNothingIsPinnedNothingIsPinnedAnew() throws IommuException {
        attach(Machine.MDEV);
        assertThat(session.keepsThroughCut(mapping)).isTrue();
        session.cut(mapping, List.of(LOW));
        assertThat(session.ledger())
                .extracting(Ledger::mappings, Ledger::newlyPinnedBytes)
                .containsExactly(1L, 0L);
    }
}

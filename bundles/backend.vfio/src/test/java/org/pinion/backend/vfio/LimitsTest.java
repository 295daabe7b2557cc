package org.pinion.backend.vfio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pinion.api.AddressRange;
import org.pinion.api.DeviceLimits;
import org.pinion.api.IommuException;
import org.pinion.api.IommuFacts.DirtyPages;
import org.pinion.api.Mapping;
import org.pinion.emulator.host.DeviceModel;
import org.pinion.emulator.host.HostDevice;
import org.pinion.emulator.host.IommuGeometry;
import org.pinion.emulator.host.IovaRange;
import org.pinion.spi.backend.BackendSession;

/** What a container takes, known before it is asked. */
class LimitsTest {

    private final Machine machine = Machine.usual();

    @Test
    void theSizesOfPagesAreTold() throws IommuException, IOException {
        try (BackendSession session = machine.backend.open("vm0")) {
            DeviceLimits edu = session.preflight(Machine.EDU);
            assertThat(edu.pageSizes()).isEqualTo(Machine.PAGE | 0x20_0000L | 0x4000_0000L);
            assertThat(edu.iommu().dirtyPages()).isEqualTo(DirtyPages.ALL_WRITABLE);
            assertThat(session.preflight(Machine.MDEV).iommu().dirtyPages()).isEqualTo(DirtyPages.UNKNOWN);
        }
        assertThat(machine.leaks()).isEmpty();
    }

    @Test
    void theEntriesLeftAreKnownBeforeThereIsADevice() throws IommuException {
        try (BackendSession session = machine.backend.open("vm0")) {
            assertThat(session.budget().entries()).hasValue(65535);
            session.map(machine.ram(0, Machine.PAGE));
            assertThat(session.budget().entries()).hasValue(65534);
            session.preflight(Machine.EDU);
            assertThat(session.budget().entries()).hasValue(65534);
            session.attach(Machine.EDU);
            assertThat(session.budget().entries()).hasValue(65534);
        }
    }

    @Test
    void aCutTakesMemoryAwayOnlyWhileADeviceHasIt() throws IommuException {
        try (BackendSession session = machine.backend.open("vm0")) {
            Mapping mapping = machine.ram(0, Machine.MIB);
            session.map(mapping);
            assertThat(session.keepsThroughCut(mapping)).isTrue();
            session.preflight(Machine.EDU);
            session.attach(Machine.EDU);
            assertThat(session.keepsThroughCut(mapping)).isFalse();
            session.cut(mapping, List.of(AddressRange.ofSize(0, Machine.PAGE)));
        }
    }

    @Test
    void anIommuWithoutPagesOfTheHostsSizeIsRefusedInWhateverOrderItComes() throws IommuException, IOException {
        IommuGeometry coarse = new IommuGeometry(new IovaRange(0, 0x7fffffffffL), List.of(0x1_0000L, 0x20_0000L));
        Machine mixed = Machine.with(
                Machine.edu(Machine.EDU, 1),
                new HostDevice(Machine.EDU2, DeviceModel.EDU, 2, "vfio-pci", coarse, List.of(), false));
        for (boolean first : List.of(true, false)) {
            try (BackendSession session = mixed.backend.open("vm0")) {
                if (!first) {
                    session.preflight(Machine.EDU);
                    session.attach(Machine.EDU);
                }
                assertThatThrownBy(() -> session.preflight(Machine.EDU2))
                        .hasMessageContainingAll("no pages of 0x1000 bytes", "the smallest has 0x10000");
            }
        }
        assertThat(mixed.leaks()).isEmpty();
    }
}

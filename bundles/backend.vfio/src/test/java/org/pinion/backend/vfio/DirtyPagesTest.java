package org.pinion.backend.vfio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.DirtyTracking;

/** To a container everything that a device behind an IOMMU can write counts as written. */
class DirtyPagesTest {

    private static final AddressRange LOW = AddressRange.ofSize(0, 0x1_0000);
    private static final AddressRange HIGH = AddressRange.ofSize(0x10_0000, 0x2_0000);
    private static final AddressRange ALL = AddressRange.ofSize(0, 0x100_0000);

    private final Machine machine = Machine.usual();
    private BackendSession session = open(machine);

    private static BackendSession open(Machine machine) {
        try {
            return machine.backend.open("vm0");
        } catch (IommuException impossible) {
            throw new AssertionError(impossible);
        }
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

    private Mapping map(AddressRange range, Access access) throws IommuException {
        Mapping ram = machine.ram(range.start(), range.size());
        Mapping mapping = new Mapping(range, access, ram.route(), ram.backing());
        session.map(mapping);
        return mapping;
    }

    @Test
    void allThatIsWritableIsToldEveryTimeAndNothingElse() throws IommuException {
        attach(Machine.EDU);
        map(LOW, Access.READ_WRITE);
        map(HIGH, Access.READ);
        assertThat(session.startDirtyTracking()).isEqualTo(new DirtyTracking(Machine.PAGE, false));
        assertThat(session.takeDirty(ALL)).isEqualTo(RangeSet.of(LOW));
        assertThat(session.takeDirty(ALL)).isEqualTo(RangeSet.of(LOW));
        AddressRange page = AddressRange.ofSize(0x3000, Machine.PAGE);
        assertThat(session.takeDirty(page)).as("less than a mapping").isEqualTo(RangeSet.of(page));
        session.stopDirtyTracking();
    }

    @Test
    void whatIsUnmappedOrCutOffIsToldOnceMore() throws IommuException {
        attach(Machine.EDU);
        Mapping low = map(LOW, Access.READ_WRITE);
        Mapping high = map(HIGH, Access.READ_WRITE);
        session.startDirtyTracking();
        session.unmap(low);
        session.cut(high, List.of(AddressRange.ofSize(0x10_0000, 0x1000)));
        assertThat(session.takeDirty(ALL)).isEqualTo(RangeSet.of(LOW, HIGH));
        assertThat(session.takeDirty(ALL)).isEqualTo(RangeSet.of(AddressRange.ofSize(0x10_0000, 0x1000)));
    }

    @Test
    void whatTheLastDeviceWroteIsToldAfterItHasGone() throws IommuException {
        attach(Machine.EDU);
        map(LOW, Access.READ_WRITE);
        session.startDirtyTracking();
        session.detach(Machine.EDU);
        assertThat(session.takeDirty(ALL)).isEqualTo(RangeSet.of(LOW));
        assertThat(session.takeDirty(ALL)).isEqualTo(RangeSet.EMPTY);
        attach(Machine.EDU2);
        assertThat(session.takeDirty(ALL)).as("tracked anew").isEqualTo(RangeSet.of(LOW));
    }

    @Test
    void withoutADeviceNothingIsWritten() throws IommuException {
        map(LOW, Access.READ_WRITE);
        session.startDirtyTracking();
        assertThat(session.takeDirty(ALL)).isEqualTo(RangeSet.EMPTY);
        attach(Machine.MDEV);
        assertThat(session.takeDirty(ALL)).as("an mdev's driver tells what it writes").isEqualTo(RangeSet.EMPTY);
        session.stopDirtyTracking();
        session.stopDirtyTracking();
    }

    @Test
    void iommufdsCompatibilityModeSaysThatItDoesNotTell() throws IommuException, IOException {
        Machine served = Machine.served();
        try (BackendSession other = open(served)) {
            assertThatThrownBy(other::startDirtyTracking)
                    .hasMessageContaining("VFIO compatibility mode, which does not tell what devices write");
        }
        assertThat(served.leaks()).isEmpty();
    }
}

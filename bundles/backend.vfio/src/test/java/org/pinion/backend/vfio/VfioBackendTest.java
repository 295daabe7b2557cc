package org.pinion.backend.vfio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.api.RangeSet;
import org.pinion.api.Route;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.VfioType1;
import org.pinion.spi.backend.Availability;
import org.pinion.spi.backend.BackendSession;

class VfioBackendTest {

    private final Machine machine = Machine.usual();

    @Test
    void probingSaysWhichKernelAndLeavesNoTrace() throws IOException {
        Availability availability = machine.backend.probe();
        assertThat(availability.available()).isTrue();
        assertThat(availability.kernel()).isEqualTo("emulated");
        assertThat(availability.detail()).isEqualTo("/dev/vfio/vfio of Linux 7.3.4 emulated in Java can be opened");
        assertThat(machine.leaks()).isEmpty();
    }

    @Test
    void probingAHostWithoutContainersSaysWhatToDo() {
        machine.watched.refuse("/dev/vfio/vfio", Errno.ENOENT);
        Availability availability = machine.backend.probe();
        assertThat(availability.available()).isFalse();
        assertThat(availability.detail())
                .startsWith("ENOENT: there is no /dev/vfio/vfio")
                .contains("modprobe vfio_iommu_type1");
        assertThatThrownBy(() -> machine.backend.open("vm0"))
                .isInstanceOf(IommuException.class)
                .hasMessageStartingWith("open 'vm0': ENOENT: there is no /dev/vfio/vfio");
    }

    @Test
    void aUserWithoutPermissionIsToldSo() {
        machine.watched.refuse("/dev/vfio/vfio", Errno.EACCES);
        assertThat(machine.backend.probe().detail())
                .startsWith("EACCES: this process may not open /dev/vfio/vfio")
                .contains("udev");
    }

    @Test
    void theDevicesOfTheHostAreListed() throws IommuException {
        assertThat(machine.backend.devices())
                .containsExactly(
                        new HostDevice(Machine.EDU, "1234:11e8 edu", 1, "vfio-pci", false),
                        new HostDevice(Machine.EDU2, "1234:11e8 edu", 2, "vfio-pci", false),
                        new HostDevice(Machine.MDEV, "mdev mtty-1", 9, "mtty", true));
    }

    @Test
    void aNewSessionMapsEverythingByAddress() throws Exception {
        try (BackendSession session = machine.backend.open("vm0")) {
            assertThat(session.capabilities().routes()).containsExactly(Route.USER);
            assertThat(session.capabilities().pageSize()).isEqualTo(Machine.PAGE);
            assertThat(session.capabilities().missingRoutes())
                    .isEqualTo("a VFIO container takes memory by address only; a device's memory (a BAR) by the"
                            + " address at which it is mapped in this process");
            assertThat(session.usable()).isEqualTo(RangeSet.ALL);
        }
        assertThat(machine.leaks()).isEmpty();
    }

    @Test
    void aContainerServedByIommufdSaysSo() throws Exception {
        Machine served = Machine.served();
        assertThat(served.backend.probe().detail()).contains("served by iommufd in VFIO compatibility mode");
        try (BackendSession session = served.backend.open("vm0")) {
            assertThat(session.capabilities().missingRoutes()).contains("takes no device's memory (a BAR) by address");
        }
        assertThat(served.leaks()).isEmpty();
    }

    @Test
    void aKernelWithoutType1OrOfAnotherInterfaceIsNotAvailable() throws IOException {
        machine.watched.answer(VfioType1.CHECK_EXTENSION, 0);
        assertThat(machine.backend.probe().detail()).endsWith("has no type1 IOMMU; remedy: modprobe vfio_iommu_type1");
        machine.watched.answer(VfioType1.GET_API_VERSION, 1);
        assertThat(machine.backend.probe().available()).isFalse();
        assertThat(machine.backend.probe().detail()).contains("speaks version 1 of its interface, not 0");
        assertThat(machine.leaks()).isEmpty();
    }

    @Test
    void closingTwiceDoesNothing() throws Exception {
        BackendSession session = machine.backend.open("vm0");
        session.close();
        long ioctls = machine.watched.ioctls();
        session.close();
        assertThat(machine.watched.ioctls()).isEqualTo(ioctls);
    }

    @Test
    void theLedgerCountsEveryIoctl() throws Exception {
        try (BackendSession session = machine.backend.open("vm0")) {
            session.preflight(Machine.EDU);
            session.attach(Machine.EDU).read(0, 0, machine.memory(4).asSlice(0, 4));
            session.map(machine.ram(0, Machine.MIB));
            session.usable();
            assertThat(session.ledger().ioctls()).isEqualTo(machine.watched.ioctls());
        }
    }
}

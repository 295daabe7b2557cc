package org.pinion.backend.iommufd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.api.RangeSet;
import org.pinion.api.Route;
import org.pinion.emulator.host.KernelRelease;
import org.pinion.linux.Errno;
import org.pinion.spi.backend.Availability;
import org.pinion.spi.backend.BackendSession;

class IommufdBackendTest {

    private final Machine machine = Machine.usual();

    @Test
    void probingSaysWhichKernelAndLeavesNoTrace() throws IOException {
        Availability availability = machine.backend.probe();
        assertThat(availability.available()).isTrue();
        assertThat(availability.kernel()).isEqualTo("emulated");
        assertThat(availability.detail()).isEqualTo("/dev/iommu of Linux 7.3.4 emulated in Java can be opened");
        assertThat(machine.leaks()).isEmpty();
    }

    @Test
    void probingAHostWithoutIommufdSaysWhatToDo() {
        machine.watched.refuse("/dev/iommu", Errno.ENOENT);
        Availability availability = machine.backend.probe();
        assertThat(availability.available()).isFalse();
        assertThat(availability.detail()).startsWith("ENOENT: there is no /dev/iommu").contains("modprobe iommufd");
        assertThatThrownBy(() -> machine.backend.open("vm0"))
                .isInstanceOf(IommuException.class)
                .hasMessageStartingWith("open 'vm0': ENOENT: there is no /dev/iommu");
    }

    @Test
    void aUserWithoutPermissionIsToldSo() {
        machine.watched.refuse("/dev/iommu", Errno.EACCES);
        assertThat(machine.backend.probe().detail())
                .startsWith("EACCES: this process may not open /dev/iommu")
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
    void aNewSessionCanMapEverythingByFileAndByAddress() throws Exception {
        try (BackendSession session = machine.backend.open("vm0")) {
            assertThat(session.capabilities().routes()).containsExactlyInAnyOrder(Route.values());
            assertThat(session.capabilities().pageSize()).isEqualTo(Machine.PAGE);
            assertThat(session.capabilities().missingRoutes()).isEmpty();
            assertThat(session.usable()).isEqualTo(RangeSet.ALL);
        }
        assertThat(machine.leaks()).isEmpty();
    }

    @Test
    void aKernelThatMapsNoFilesOffersAddressesAndSaysWhy() throws Exception {
        Machine old = Machine.of(KernelRelease.LINUX_6_12, Machine.edu(Machine.EDU, 1));
        try (BackendSession session = old.backend.open("vm0")) {
            assertThat(session.capabilities().routes()).containsExactly(Route.USER);
            assertThat(session.capabilities().missingRoutes()).contains("no IOMMU_IOAS_MAP_FILE (Linux 6.13", "a BAR) not at all");
        }
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

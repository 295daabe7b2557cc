package org.pinion.backend.vfio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.pinion.api.AddressRange;
import org.pinion.api.DeviceLimits;
import org.pinion.api.IommuException;
import org.pinion.api.RangeSet;
import org.pinion.emulator.host.ReservedRegion;
import org.pinion.emulator.host.ReservedType;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.Vfio;
import org.pinion.spi.backend.BackendSession;

class PreflightTest {

    private static final RangeSet INTEL =
            RangeSet.of(new AddressRange(0, 0xfedfffffL), new AddressRange(0xfef00000L, 0x7fffffffffL));

    private Machine machine = Machine.usual();
    private BackendSession session;

    private BackendSession open(Machine other) throws IommuException {
        machine = other;
        session = machine.backend.open("vm0");
        return session;
    }

    private void refuses(String device, String... words) {
        int files = machine.watched.open().size();
        assertThatThrownBy(() -> session.preflight(device))
                .isInstanceOf(IommuException.class)
                .hasMessageStartingWith("preflight " + device + " for 'vm0': ")
                .hasMessageContainingAll(words);
        assertThat(machine.watched.open()).hasSize(files);
    }

    @AfterEach
    void nothingLeaks() throws IommuException, IOException {
        session.close();
        assertThat(machine.leaks()).isEmpty();
    }

    @Test
    void theLimitsAreThoseOfTheKernelAndTheSpaceIsNotTouched() throws IommuException {
        DeviceLimits limits = open(Machine.usual()).preflight(Machine.EDU);
        assertThat(limits.usable()).isEqualTo(INTEL);
        assertThat(limits.alignment()).isEqualTo(Machine.PAGE);
        assertThat(limits.reserved())
                .containsExactly(
                        new org.pinion.api.ReservedRegion(new AddressRange(0xfee00000L, 0xfeefffffL), "msi"));
        assertThat(session.usable()).isEqualTo(RangeSet.ALL);
    }

    @Test
    void anMdevAllowsEveryAddress() throws IommuException {
        DeviceLimits limits = open(Machine.usual()).preflight(Machine.MDEV);
        assertThat(limits.usable()).isEqualTo(RangeSet.ALL);
        assertThat(limits.alignment()).isEqualTo(Machine.PAGE);
        assertThat(limits.reserved()).isEmpty();
    }

    @Test
    void whereIommufdServesContainersTheLimitsAreTheSame() throws IommuException {
        assertThat(open(Machine.served()).preflight(Machine.EDU).usable()).isEqualTo(INTEL);
        assertThat(session.preflight(Machine.MDEV).usable()).isEqualTo(RangeSet.ALL);
    }

    @Test
    void theLastPageOfAllAddressesIsKeptOffAKernelThatCannotUnmapIt() throws IommuException {
        AddressRange last = new AddressRange(-0x1000L, -1L);
        org.pinion.api.ReservedRegion reserved =
                new org.pinion.api.ReservedRegion(last, "last page of all addresses");
        DeviceLimits limits = open(Machine.olderAndWide()).preflight(Machine.EDU);
        assertThat(limits.usable())
                .isEqualTo(RangeSet.of(last).complement().minus(RangeSet.of(
                        new AddressRange(0xfee00000L, 0xfeefffffL))));
        assertThat(limits.reserved()).contains(reserved);
        session.attach(Machine.EDU);
        assertThat(session.usable()).isEqualTo(limits.usable());
        assertThat(session.preflight(Machine.MDEV).reserved()).containsExactly(reserved);
    }

    @Test
    void moreRangesThanTheFirstGuessAreAskedForAgain() throws IommuException {
        ReservedRegion[] many = IntStream.range(1, 81)
                .mapToObj(i -> Machine.reserved(i * 0x10000L, i * 0x10000L + 0xfff, ReservedType.RESERVED))
                .toArray(ReservedRegion[]::new);
        DeviceLimits limits = open(Machine.with(Machine.edu(Machine.EDU, 1, many))).preflight(Machine.EDU);
        assertThat(limits.usable().ranges()).hasSize(81);
        assertThat(limits.usable().contains(0x280000L)).isFalse();
    }

    @Test
    void aRelaxableRegionMayBeUsed() throws IommuException {
        ReservedRegion relaxable = Machine.reserved(0x7d000000L, 0x7d7fffffL, ReservedType.DIRECT_RELAXABLE);
        DeviceLimits limits =
                open(Machine.with(Machine.edu(Machine.EDU, 1, relaxable))).preflight(Machine.EDU);
        assertThat(limits.usable()).isEqualTo(RangeSet.of(new AddressRange(0, 0x7fffffffffL)));
        assertThat(limits.reserved()).isEmpty();
    }

    @Test
    void askingTwiceOpensTheDeviceOnce() throws IommuException {
        DeviceLimits first = open(Machine.usual()).preflight(Machine.EDU);
        long ioctls = machine.watched.ioctls();
        assertThat(session.preflight(Machine.EDU)).isEqualTo(first);
        assertThat(machine.watched.ioctls()).isEqualTo(ioctls);
    }

    @Test
    void aReleasedDeviceIsClosedAndCanBeAskedAgain() throws IommuException {
        DeviceLimits first = open(Machine.usual()).preflight(Machine.EDU);
        assertThat(machine.watched.open()).hasSize(2);
        session.release(Machine.EDU);
        session.release(Machine.EDU);
        assertThat(machine.watched.open()).hasSize(1);
        assertThat(session.preflight(Machine.EDU)).isEqualTo(first);
    }

    @Test
    void anUnknownDeviceIsAnsweredWithTheKnownOnes() throws IommuException {
        open(Machine.usual());
        refuses(
                "0000:09:00.0",
                "there is no device 0000:09:00.0; this host has 0000:00:10.0 (1234:11e8 edu)",
                Machine.MDEV);
    }

    @Test
    void aDeviceOfAHostDriverIsToldWithTheCommandsThatBindIt() throws IommuException {
        open(Machine.with(Machine.device(Machine.EDU, 1, "e1000e", false)));
        refuses(
                Machine.EDU,
                "has driver e1000e, not one of VFIO",
                "driver/unbind",
                "echo vfio-pci > /sys/bus/pci/devices/0000:00:10.0/driver_override");
    }

    @Test
    void aDeviceWithoutADriverIsTold() throws IommuException {
        open(Machine.with(Machine.device(Machine.EDU, 1, "", false)));
        refuses(Machine.EDU, "has no driver, not one of VFIO; remedy: echo vfio-pci");
    }

    @Test
    void aDeviceThatMayNotBeOpenedIsTold() throws IommuException {
        open(Machine.usual());
        machine.watched.refuse("/dev/vfio/1", Errno.EACCES);
        refuses(Machine.EDU, "EACCES: this process may not open /dev/vfio/1", "udev rule");
    }

    @Test
    void aDeviceOfAnotherSessionIsInUse() throws IommuException {
        open(Machine.usual());
        try (BackendSession other = machine.backend.open("vm1")) {
            other.preflight(Machine.EDU);
            refuses(Machine.EDU, "EBUSY: /dev/vfio/1 has one user at a time", "stop that program");
        }
    }

    @Test
    void aGroupOfAnotherSessionIsInUse() throws IommuException {
        open(Machine.with(Machine.edu(Machine.EDU, 1), Machine.edu(Machine.EDU2, 1)));
        try (BackendSession other = machine.backend.open("vm1")) {
            other.preflight(Machine.EDU2);
            refuses(Machine.EDU, "EBUSY: /dev/vfio/1 has one user at a time");
        }
    }

    @Test
    void aDeviceThatTheFirmwareUsesIsTold() throws IommuException {
        ReservedRegion direct = Machine.reserved(0x7d000000L, 0x7d7fffffL, ReservedType.DIRECT);
        open(Machine.with(Machine.edu(Machine.EDU, 1, direct)));
        refuses(Machine.EDU, "EINVAL", "the firmware itself uses the device at 0x7d000000-0x7d7fffff", "RMRR");
    }

    @Test
    void interruptsThatAreNotIsolatedAreTold() throws IommuException {
        open(Machine.with(Machine.device(Machine.EDU, 1, "vfio-pci", true)));
        refuses(Machine.EDU, "EPERM", "does not isolate the device's interrupts", "allow_unsafe_interrupts");
    }

    @Test
    void aGroupThatTheHostUsesIsTold() throws IommuException {
        open(Machine.with(Machine.edu(Machine.EDU, 1), Machine.device(Machine.EDU2, 1, "e1000e", false)));
        refuses(Machine.EDU, "in use by the host: 0000:00:11.0 has driver e1000e");
    }

    @Test
    void membersOfAGroupHaveTheSameLimitsWhicheverComesFirst() throws IommuException {
        ReservedRegion own = Machine.reserved(0x40000000L, 0x400fffffL, ReservedType.RESERVED);
        open(Machine.with(
                Machine.edu(Machine.EDU, 1, own, Machine.MSI), Machine.edu(Machine.EDU2, 1, Machine.MSI)));
        RangeSet first = session.preflight(Machine.EDU).usable();
        session.attach(Machine.EDU);
        assertThat(session.preflight(Machine.EDU2).usable()).isEqualTo(first);
        session.attach(Machine.EDU2);
        session.detach(Machine.EDU);
        assertThat(session.preflight(Machine.EDU).usable()).isEqualTo(first);
        session.detach(Machine.EDU2);
        session.release(Machine.EDU);
        assertThat(session.preflight(Machine.EDU2).usable()).isEqualTo(first);
        assertThat(session.preflight(Machine.EDU).usable()).isEqualTo(first);
        session.attach(Machine.EDU2);
        assertThat(session.usable()).isEqualTo(first);
        session.attach(Machine.EDU);
        assertThat(session.usable()).isEqualTo(first);
    }

    @Test
    void theDevicesOfAGroupShareItsDescriptor() throws IommuException {
        open(Machine.with(Machine.edu(Machine.EDU, 1), Machine.edu(Machine.EDU2, 1)));
        session.preflight(Machine.EDU);
        session.preflight(Machine.EDU2);
        assertThat(machine.watched.open().values()).containsExactlyInAnyOrder(Container.PATH, "/dev/vfio/1");
        session.release(Machine.EDU);
        assertThat(machine.watched.open().values()).contains("/dev/vfio/1");
        session.release(Machine.EDU2);
        assertThat(machine.watched.open().values()).containsExactly(Container.PATH);
    }

    @Test
    void aGroupThatAnotherUserOwnsIsTold() throws IommuException {
        open(Machine.usual());
        machine.watched.answer(Vfio.GROUP_SET_CONTAINER, Errno.EPERM);
        refuses(Machine.EDU, "EPERM: IOMMU group 1 of 0000:00:10.0 belongs to another user of VFIO");
        machine.watched.answerTruthfully();
    }
}

package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.emulator.ContainerProcess.EDU;
import static org.pinion.emulator.ContainerProcess.MTTY_GROUP;
import static org.pinion.emulator.ContainerProcess.V2;
import static org.pinion.emulator.Process.errno;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioDeviceAttachIommufdPt;
import org.pinion.linux.uapi.VfioDeviceInfo;
import org.pinion.linux.uapi.VfioGroupStatus;

class GroupFileTest {

    private static final int IN_CONTAINER = Vfio.GROUP_VIABLE | Vfio.GROUP_CONTAINER_SET;

    private final ContainerProcess process = ContainerProcess.onLab();

    @Test
    void aGroupIsOpenedByOneAtATime() {
        int group = process.group(0);
        assertThat(errno(process.group(0))).isEqualTo(Errno.EBUSY);
        assertThat(process.group(1)).isPositive();
        process.kernel.close(group);
        assertThat(process.group(0)).isPositive();
    }

    @Test
    void onlyGroupsThatVfioDrivesCanBeOpened() {
        ContainerProcess others = ContainerProcess.on("""
                devices:
                  - {address: "0000:00:10.0", model: edu, group: 0, driver: nvme}
                  - {address: "0000:00:11.0", model: edu, group: 1}
                """);
        assertThat(errno(others.group(0))).isEqualTo(Errno.ENOENT);
        assertThat(errno(others.group(7))).isEqualTo(Errno.ENOENT);
        assertThat(others.group(1)).isPositive();
    }

    @Test
    void theStatusTellsOfTheContainer() {
        int group = process.group(0);
        assertThat(process.status(group)).isEqualTo(Vfio.GROUP_VIABLE);
        process.set(group);
        assertThat(process.status(group)).isEqualTo(IN_CONTAINER);
        process.unset(group);
        assertThat(process.status(group)).isEqualTo(Vfio.GROUP_VIABLE);
        assertThat(process.status(process.group(MTTY_GROUP))).as("of an mdev").isEqualTo(Vfio.GROUP_VIABLE);
    }

    @Test
    void aStatusThatIsTooShortIsRefused() {
        VfioGroupStatus status = VfioGroupStatus.allocate(Arena.ofAuto());
        status.declareSize(7);
        assertThat(errno(process.kernel.ioctl(process.group(0), Vfio.GROUP_GET_STATUS, status.memory())))
                .isEqualTo(Errno.EINVAL);
    }

    @Test
    void aGroupWithADeviceThatTheHostDrivesIsNotViable() {
        ContainerProcess mixed = ContainerProcess.on("""
                devices:
                  - {address: "0000:00:01.0", model: edu, group: 1}
                  - {address: "0000:00:01.1", model: edu, group: 1, driver: nvme}
                  - {address: "0000:00:02.0", model: edu, group: 2}
                  - {address: "0000:00:02.1", model: edu, group: 2, driver: none}
                """);
        int group = mixed.group(1);
        assertThat(mixed.status(group)).isZero();
        assertThat(errno(mixed.set(group))).isEqualTo(Errno.EPERM);
        assertThat(mixed.status(mixed.group(2))).as("nobody drives the other one").isEqualTo(Vfio.GROUP_VIABLE);
    }

    @Test
    void aGroupThatTheFirmwareWantsMappedIsRefused() {
        ContainerProcess direct = ContainerProcess.on("""
                devices:
                  - address: "0000:00:01.0"
                    model: edu
                    group: 1
                    reserved: [{range: 0x1000-0x1fff, type: direct}]
                """);
        int group = direct.group(1);
        assertThat(errno(direct.set(group))).isEqualTo(Errno.EINVAL);
        assertThat(direct.status(group)).isEqualTo(Vfio.GROUP_VIABLE);
    }

    @Test
    void anOpenGroupKeepsItsCharacterDevicesFromBeingBound() {
        int characterDevice = process.process.openDevice(0);
        int group = process.group(0);
        assertThat(errno(process.process.bind(characterDevice))).isEqualTo(Errno.EBUSY);
        assertThat(errno(process.process.bind(characterDevice, 999))).as("before the descriptor")
                .isEqualTo(Errno.EBUSY);
        process.kernel.close(group);
        assertThat(process.process.bind(characterDevice)).isPositive();
    }

    @Test
    void aBoundCharacterDeviceKeepsItsGroupFromBeingOpened() {
        int characterDevice = process.process.bound(0);
        assertThat(errno(process.group(0))).isEqualTo(Errno.EBUSY);
        assertThat(errno(process.process.bind(characterDevice))).as("bound already").isEqualTo(Errno.EINVAL);
        process.kernel.close(characterDevice);
        assertThat(process.group(0)).isPositive();
    }

    @Test
    void aBindThatFailsKeepsNobodyOut() {
        int characterDevice = process.process.openDevice(0);
        assertThat(errno(process.process.bind(characterDevice, 999))).isEqualTo(Errno.EBADF);
        assertThat(process.group(0)).isPositive();
    }

    @Test
    void aDeviceOfAGroupIsReadyAndIsNotBoundOrAttachedByHand() {
        int device = process.device(process.ready(0, V2), EDU);
        VfioDeviceInfo info = VfioDeviceInfo.allocate(Arena.ofAuto());
        assertThat(process.kernel.ioctl(device, Vfio.DEVICE_GET_INFO, info.memory())).isZero();
        assertThat(info.numRegions()).isEqualTo(9);
        assertThat(errno(process.process.bind(device))).isEqualTo(Errno.EINVAL);
        VfioDeviceAttachIommufdPt attach = VfioDeviceAttachIommufdPt.allocate(Arena.ofAuto()).ptId(1);
        assertThat(errno(process.kernel.ioctl(device, Vfio.DEVICE_ATTACH_IOMMUFD_PT, attach.memory())))
                .isEqualTo(Errno.ENOTTY);
    }

    @Test
    void severalDescriptorsOfADeviceShareItsState() {
        int group = process.ready(0, V2);
        Edu first = new Edu(process.kernel, process.device(group, EDU));
        int again = process.device(group, EDU);
        Edu second = new Edu(process.kernel, again);
        first.write(0x08, 5);
        assertThat(second.read(0x08)).isEqualTo(120);
        process.kernel.close(again);
        assertThat(first.read(0x08)).as("closing one resets nothing").isEqualTo(120);
    }
}

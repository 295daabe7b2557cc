package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.emulator.Process.PAGE;
import static org.pinion.emulator.Process.errno;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.IommuHwptAlloc;
import org.pinion.linux.uapi.Iommufd;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioDeviceAttachIommufdPt;
import org.pinion.linux.uapi.VfioDeviceDetachIommufdPt;

class GroupRulesTest {

    private static final String TWO_IN_A_GROUP = """
            devices:
              - {address: "0000:00:01.0", model: edu, group: 1}
              - address: "0000:00:01.1"
                model: edu
                group: 1
                reserved:
                  - {range: 0x1000-0x1fff, type: reserved}
                  - {range: 0x8000-0x8fff, type: direct-relaxable}
              - {address: "0000:00:02.0", model: edu, group: 2}
            """;

    private static final int FIRST_ID = 2;
    private static final int PASID = 5;
    private static final int NAMES_PASID = 1;
    private static final int PASID_OF_ATTACH = 12;
    private static final int PASID_OF_DETACH = 8;

    private final Process process = Process.on(TWO_IN_A_GROUP);
    private final int ioas = process.ioas();
    private final int first = process.bound(0);
    private final int second = process.bound(1);

    @Test
    void eachDeviceReservesForItselfAndRelaxableRegionsAreNotReserved() {
        process.attach(first, ioas);
        assertThat(process.usable(ioas)).containsExactly("0x0-0xfedfffff", "0xfef00000-0x7fffffffff");
        process.attach(second, ioas);
        assertThat(process.usable(ioas))
                .containsExactly("0x0-0xfff", "0x2000-0xfedfffff", "0xfef00000-0x7fffffffff");
        process.detach(second);
        assertThat(process.usable(ioas)).hasSize(2);
    }

    @Test
    void bothUseOnePageTable() {
        int pageTable = process.attach(first, ioas);
        assertThat(errno(process.attach(second, process.ioas()))).isEqualTo(Errno.EINVAL);
        assertThat(process.attach(second, ioas)).isEqualTo(pageTable);
    }

    @Test
    void bothMoveTogether() {
        process.attach(first, ioas);
        process.attach(second, ioas);
        int other = process.ioas();
        int pageTable = process.attach(first, other);
        assertThat(process.usable(other)).contains("0x0-0xfff");
        assertThat(process.usable(ioas)).containsExactly("0x0-0xffffffffffffffff");
        assertThat(process.attach(second, other)).isEqualTo(pageTable);
        process.detach(first);
        process.detach(second);
        assertThat(process.destroy(other)).isZero();
    }

    @Test
    void aMoveFailsOnWhatThePeerReserves() {
        process.attach(first, ioas);
        process.attach(second, ioas);
        int other = process.ioas();
        process.map(other, process.memory(PAGE).address(), PAGE, 0x1000);
        assertThat(errno(process.attach(first, other))).isEqualTo(Errno.EADDRINUSE);
        assertThat(process.usable(other)).containsExactly("0x0-0xffffffffffffffff");
        assertThat(process.usable(ioas)).hasSize(3);
    }

    @Test
    void oneIommufdOwnsAGroup() {
        Process other = new Process(process.kernel);
        process.kernel.close(first);
        assertThat(errno(other.bind(other.openDevice(0)))).isEqualTo(Errno.EPERM);
        process.kernel.close(second);
        assertThat(other.bind(other.openDevice(0))).isPositive();
    }

    @Test
    void aPeerOfAHostDriverCannotBeBound() {
        Process mixed = Process.on("""
                devices:
                  - {address: "0000:00:01.0", model: edu, group: 1}
                  - {address: "0000:00:01.1", model: edu, group: 1, driver: nvme}
                  - {address: "0000:00:02.0", model: edu, group: 2}
                  - {address: "0000:00:02.1", model: edu, group: 2, driver: none}
                """);
        assertThat(errno(mixed.bind(mixed.openDevice(0)))).isEqualTo(Errno.EPERM);
        assertThat(mixed.bind(mixed.openDevice(1))).isPositive();
        assertThat(errno(mixed.openDevice(2))).as("only vfio-pci has character devices").isEqualTo(Errno.ENOENT);
    }

    @Test
    void interruptsOfAPeerThatAreNotIsolatedKeepADeviceFromBeingBound() {
        Process unsafe = Process.on("""
                devices:
                  - {address: "0000:00:01.0", model: edu, group: 1}
                  - {address: "0000:00:01.1", model: edu, group: 1, driver: none, unsafe-interrupts: true}
                  - {address: "0000:00:02.0", model: edu, group: 2}
                """);
        assertThat(errno(unsafe.bind(unsafe.openDevice(0)))).isEqualTo(Errno.EPERM);
        assertThat(unsafe.bind(unsafe.openDevice(1))).isPositive();
    }

    @Test
    void aPasidOfBothUsesOnePageTable() {
        int table = tableForPasids();
        int other = tableForPasids();
        assertThat(attachPasid(first, table)).isZero();
        assertThat(errno(attachPasid(second, other))).isEqualTo(Errno.EINVAL);
        assertThat(attachPasid(second, table)).isZero();
        assertThat(attachPasid(first, other)).as("it moves for both").isZero();
        assertThat(process.destroy(table)).isZero();
        detachPasid(first);
        assertThat(errno(process.destroy(other))).as("the second one has it still").isEqualTo(Errno.EBUSY);
        detachPasid(second);
        assertThat(process.destroy(other)).isZero();
    }

    @Test
    void aPasidOfOneIsInTheWayOfAnotherThatIsAttachedToWhatIsNotForPasids() {
        int table = tableForPasids();
        assertThat(attachPasid(first, table)).isZero();
        assertThat(errno(process.attach(second, ioas))).isEqualTo(Errno.EINVAL);
        detachPasid(first);
        assertThat(process.attach(second, ioas)).isPositive();
        assertThat(errno(attachPasid(first, table))).isEqualTo(Errno.EINVAL);
    }

    @Test
    void aDeviceThatIsClosedLeavesItsPasidsToItsPeer() {
        int table = tableForPasids();
        attachPasid(first, table);
        attachPasid(second, table);
        process.kernel.close(first);
        assertThat(errno(process.destroy(table))).isEqualTo(Errno.EBUSY);
        process.kernel.close(second);
        assertThat(process.destroy(table)).isZero();
    }

    private int tableForPasids() {
        IommuHwptAlloc alloc = IommuHwptAlloc.allocate(Arena.ofAuto()).devId(FIRST_ID).ptId(ioas)
                .flags(Iommufd.HWPT_ALLOC_PASID);
        assertThat(process.kernel.ioctl(process.iommufd, Iommufd.HWPT_ALLOC, alloc.memory())).isZero();
        return alloc.hwptId();
    }

    private int attachPasid(int device, int table) {
        VfioDeviceAttachIommufdPt attach =
                VfioDeviceAttachIommufdPt.allocate(Arena.ofAuto()).flags(NAMES_PASID).ptId(table);
        attach.memory().set(ValueLayout.JAVA_INT, PASID_OF_ATTACH, PASID);
        return process.kernel.ioctl(device, Vfio.DEVICE_ATTACH_IOMMUFD_PT, attach.memory());
    }

    private void detachPasid(int device) {
        VfioDeviceDetachIommufdPt detach = VfioDeviceDetachIommufdPt.allocate(Arena.ofAuto()).flags(NAMES_PASID);
        detach.memory().set(ValueLayout.JAVA_INT, PASID_OF_DETACH, PASID);
        assertThat(process.kernel.ioctl(device, Vfio.DEVICE_DETACH_IOMMUFD_PT, detach.memory())).isZero();
    }
}

package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.emulator.Process.errno;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.IommuHwInfo;
import org.pinion.linux.uapi.IommuHwptAlloc;
import org.pinion.linux.uapi.Iommufd;

/** What QEMU's IOMMUs tell of themselves, and what page tables their drivers make. */
class IommuDriverTest {

    private static final int TYPE_NAMED = 1;

    private final Arena arena = Arena.ofAuto();

    private static Process machine(String release, String driver) {
        return Process.on("""
                interface: %s
                iommu: {driver: %s}
                devices: [{address: 0000:00:10.0, model: edu, group: 0}]
                """.formatted(release, driver));
    }

    private static int send(Process process, IommuHwInfo info) {
        return process.kernel.ioctl(process.iommufd, Iommufd.GET_HW_INFO, info.memory());
    }

    @ParameterizedTest
    @CsvSource({"7.3,intel,1,24,8", "7.3,amd,0,0,8", "7.3,virtio,0,0,8", "6.12,intel,1,24,0"})
    void onlyIntelsTellsOfItself(String release, String driver, int type, int bytes, long capabilities) {
        Process process = machine(release, driver);
        IommuHwInfo info = IommuHwInfo.allocate(arena).devId(process.bind(process.openDevice(0)));
        assertThat(send(process, info)).isZero();
        assertThat(info.dataType()).isEqualTo(type);
        assertThat(info.dataLen()).isEqualTo(bytes);
        assertThat(info.capabilities()).isEqualTo(capabilities);
    }

    @Test
    void asMuchIsToldAsThereIsRoomFor() {
        Process process = machine("7.3", "intel");
        MemorySegment room = arena.allocate(32, 8).fill((byte) 0x55);
        IommuHwInfo info = IommuHwInfo.allocate(arena).devId(process.bind(process.openDevice(0))).dataLen(16)
                .dataUptr(room.address());
        assertThat(send(process, info)).isZero();
        assertThat(room.toArray(ValueLayout.JAVA_LONG))
                .containsExactly(1, 0xd2008c22260286L, 0x5555555555555555L, 0x5555555555555555L);
    }

    @Test
    void anotherKindOfDataIsRefusedAndBefore7TheQuestion() {
        Process process = machine("7.3", "intel");
        int device = process.bind(process.openDevice(0));
        IommuHwInfo wrong = IommuHwInfo.allocate(arena).devId(device).flags(TYPE_NAMED).dataType(2);
        assertThat(errno(send(process, wrong))).isEqualTo(Errno.EOPNOTSUPP);
        assertThat(send(process, wrong.dataType(1))).isZero();
        Process old = machine("6.12", "intel");
        IommuHwInfo named = IommuHwInfo.allocate(arena).devId(old.bind(old.openDevice(0))).flags(TYPE_NAMED);
        assertThat(errno(send(old, named))).isEqualTo(Errno.EOPNOTSUPP);
    }

    @ParameterizedTest
    @CsvSource({"7.3,intel,4,0", "7.3,intel,8,0", "7.3,intel,1,EOPNOTSUPP", "7.3,intel,2,EOPNOTSUPP", "7.3,amd,4,0",
        "7.3,amd,8,EOPNOTSUPP", "7.3,virtio,4,EOPNOTSUPP", "7.3,virtio,8,EOPNOTSUPP", "6.12,intel,4,EOPNOTSUPP",
        "6.12,intel,8,EOPNOTSUPP"})
    void pageTablesAreMadeWithTheFlagsThatTheDriverTakes(String release, String driver, int flags, String answer) {
        Process process = machine(release, driver);
        int device = process.bind(process.openDevice(0));
        IommuHwptAlloc alloc = IommuHwptAlloc.allocate(arena).devId(device).ptId(process.ioas()).flags(flags)
                .faultId(faultQueue(process));
        assertThat(errno(process.kernel.ioctl(process.iommufd, Iommufd.HWPT_ALLOC, alloc.memory())))
                .hasToString(answer);
    }

    private int faultQueue(Process process) {
        MemorySegment queue = arena.allocate(16, 8);
        queue.set(ValueLayout.JAVA_INT, 0, 16);
        assertThat(process.kernel.ioctl(process.iommufd, Iommufd.FAULT_QUEUE_ALLOC, queue)).isZero();
        return queue.get(ValueLayout.JAVA_INT, 8);
    }

    @Test
    void aPageTableWithFaultsTakesNoDeviceThatCannotAskForPages() {
        Process process = machine("7.3", "intel");
        int file = process.openDevice(0);
        int device = process.bind(file);
        int queue = faultQueue(process);
        IommuHwptAlloc alloc = IommuHwptAlloc.allocate(arena).devId(device).ptId(process.ioas())
                .flags(Iommufd.HWPT_FAULT_ID_VALID).faultId(queue + 100);
        assertThat(errno(process.kernel.ioctl(process.iommufd, Iommufd.HWPT_ALLOC, alloc.memory())))
                .isEqualTo(Errno.ENOENT);
        alloc.faultId(queue);
        assertThat(process.kernel.ioctl(process.iommufd, Iommufd.HWPT_ALLOC, alloc.memory())).isZero();
        assertThat(errno(process.attach(file, alloc.hwptId()))).isEqualTo(Errno.ENODEV);
    }

    private int pageTable(Process process, int device, int ioas) {
        IommuHwptAlloc alloc = IommuHwptAlloc.allocate(arena).devId(device).ptId(ioas);
        assertThat(process.kernel.ioctl(process.iommufd, Iommufd.HWPT_ALLOC, alloc.memory())).isZero();
        return alloc.hwptId();
    }

    @ParameterizedTest
    @CsvSource({"6.12,virtio,0x0-0x0", "6.12,intel,0x0-0x7fffffffff", "7.3,virtio,0x0-0xffffffffffffffff"})
    void aPageTableWithoutADeviceTakesWhatItsDriverKnows(String release, String driver, String usable) {
        Process process = machine(release, driver);
        int ioas = process.ioas();
        int file = process.openDevice(0);
        int pageTable = pageTable(process, process.bind(file), ioas);
        assertThat(process.usable(ioas)).containsExactly(usable);
        assertThat(process.attach(file, pageTable)).isEqualTo(pageTable);
        assertThat(process.usable(ioas)).as("what was kept out stays out").first().asString()
                .isEqualTo(usable.equals("0x0-0x0") ? usable : "0x0-0xfedfffff");
    }

    @Test
    void aDeviceBehindAnOldVirtioIommuMovesOnlyWhereNothingIsMapped() {
        Process process = machine("6.12", "virtio");
        int file = process.openDevice(0);
        process.bind(file);
        int first = process.ioas();
        process.attach(file, first);
        assertThat(process.usable(first)).containsExactly("0x0-0xfedfffff", "0xfef00000-0xffffffffffffffff");
        int second = process.ioas();
        assertThat(process.map(second, process.memory(Process.PAGE).address(), Process.PAGE, 0x10000)).isZero();
        assertThat(errno(process.attach(file, second))).isEqualTo(Errno.EADDRINUSE);
        process.unmap(second, 0x10000, Process.PAGE);
        assertThat(process.attach(file, second)).isPositive();
        assertThat(process.usable(second)).containsExactly("0x0-0x0");
    }
}

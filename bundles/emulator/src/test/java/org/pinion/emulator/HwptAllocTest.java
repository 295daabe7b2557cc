package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.emulator.Process.PAGE;
import static org.pinion.emulator.Process.RW;
import static org.pinion.emulator.Process.errno;

import java.lang.foreign.Arena;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.IommuHwptAlloc;
import org.pinion.linux.uapi.Iommufd;

class HwptAllocTest {

    private final Process process = Process.onLab();
    private final int ioas = process.ioas();
    private final int device = process.openDevice(0);
    private final int deviceId = process.bind(device);

    /** Answers the page table's id, or a negated error number. */
    private int alloc(int device, int pt, Consumer<IommuHwptAlloc> change) {
        try (Arena arena = Arena.ofConfined()) {
            IommuHwptAlloc alloc = IommuHwptAlloc.allocate(arena).devId(device).ptId(pt);
            change.accept(alloc);
            int answer = process.kernel.ioctl(process.iommufd, Iommufd.HWPT_ALLOC, alloc.memory());
            return answer < 0 ? answer : alloc.hwptId();
        }
    }

    private int alloc(int device, int pt) {
        return alloc(device, pt, _ -> {});
    }

    @Test
    void aPageTableWithoutADevicePinsWhatIsMapped() throws Exception {
        process.map(ioas, process.memory(PAGE).address(), PAGE, 0);
        assertThat(process.pinnedKilobytes()).isZero();
        int table = alloc(deviceId, ioas);
        assertThat(table).isPositive();
        assertThat(process.pinnedKilobytes()).isEqualTo(4);
        assertThat(errno(process.destroy(ioas))).isEqualTo(Errno.EBUSY);
        assertThat(process.destroy(table)).isZero();
        assertThat(process.pinnedKilobytes()).isZero();
        assertThat(process.destroy(ioas)).isZero();
    }

    @Test
    void aCopyKeepsPagesPinnedOnlyWhereAPageTableIs() throws Exception {
        process.attached(1, ioas);
        process.map(ioas, process.memory(PAGE).address(), PAGE, 0);
        int scratch = process.ioas();
        process.copy(scratch, ioas, RW | Process.FIXED, PAGE, 0, 0);
        alloc(deviceId, scratch);
        assertThat(process.pinnedKilobytes()).isEqualTo(4);
        process.unmap(ioas, 0, PAGE);
        assertThat(process.pinnedKilobytes()).isEqualTo(4);
    }

    @Test
    void theApertureIsEnforcedAndTheDevicesReservedRegionsAreNot() {
        alloc(deviceId, ioas);
        assertThat(process.usable(ioas)).containsExactly("0x0-0x7fffffffff");
    }

    @Test
    void whatIsMappedOutsideTheApertureKeepsItOut() {
        process.map(ioas, process.memory(PAGE).address(), PAGE, 0x8000000000L);
        assertThat(errno(alloc(deviceId, ioas))).isEqualTo(Errno.EADDRINUSE);
    }

    @Test
    void wrongArgumentsAreAnsweredAsTheKernelDoes() {
        assertThat(errno(alloc(99, ioas))).isEqualTo(Errno.ENOENT);
        assertThat(errno(alloc(ioas, ioas))).isEqualTo(Errno.ENOENT);
        assertThat(errno(alloc(deviceId, 99))).isEqualTo(Errno.EINVAL);
        assertThat(errno(alloc(deviceId, deviceId))).isEqualTo(Errno.EINVAL);
        assertThat(errno(alloc(deviceId, ioas, alloc -> alloc.flags(1)))).isEqualTo(Errno.EOPNOTSUPP);
        assertThat(errno(alloc(deviceId, ioas, alloc -> alloc.dataType(1)))).isEqualTo(Errno.EINVAL);
        assertThat(alloc(deviceId, ioas, alloc -> alloc.declareSize(24))).isPositive();
        assertThat(errno(alloc(deviceId, ioas, alloc -> alloc.declareSize(20)))).isEqualTo(Errno.EINVAL);
    }

    @Test
    void pageTablesGoWithTheLastDescriptorAndTheLastDevice() throws Exception {
        process.map(ioas, process.memory(PAGE).address(), PAGE, 0);
        process.attach(device, alloc(deviceId, ioas));
        process.kernel.close(process.iommufd);
        assertThat(process.pinnedKilobytes()).as("a bound device holds the iommufd").isEqualTo(4);
        process.kernel.close(device);
        assertThat(process.pinnedKilobytes()).isZero();
    }

    @Test
    void pageTablesGoWithTheLastDescriptorIfNoDeviceIsLeft() throws Exception {
        process.map(ioas, process.memory(PAGE).address(), PAGE, 0);
        alloc(deviceId, ioas);
        process.kernel.close(device);
        assertThat(process.pinnedKilobytes()).as("the page table still shows it").isEqualTo(4);
        process.kernel.close(process.iommufd);
        assertThat(process.pinnedKilobytes()).isZero();
    }
}

package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.emulator.Process.PAGE;
import static org.pinion.emulator.Process.errno;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.IommuIoasAllowIovas;
import org.pinion.linux.uapi.IommuIoasIovaRanges;
import org.pinion.linux.uapi.Iommufd;

class IovaRangesTest {

    private final Process process = Process.onLab();
    private final int ioas = process.ioas();

    @Test
    void aNewAddressSpaceHasEveryAddressAndNoAlignment() {
        List<String> found = new ArrayList<>();
        assertThat(process.ranges(ioas, 4, found).iovaAlignment()).isEqualTo(1);
        assertThat(found).containsExactly("0", "0x0-0xffffffffffffffff");
    }

    @Test
    void aDeviceTakesItsWindowAndTheIommuItsAperture() {
        process.attached(0, ioas);
        List<String> found = new ArrayList<>();
        IommuIoasIovaRanges ranges = process.ranges(ioas, 4, found);
        assertThat(found).containsExactly("0", "0x0-0xfedfffff", "0xfef00000-0x7fffffffff");
        assertThat(ranges.iovaAlignment()).isEqualTo(PAGE);
        assertThat(ranges.numIovas()).isEqualTo(2);
    }

    @Test
    void detachWidensThemAgain() {
        int device = process.attached(0, ioas);
        process.detach(device);
        assertThat(process.usable(ioas)).containsExactly("0x0-0xffffffffffffffff");
        assertThat(process.map(ioas, 0x10001, 1, 0xfee00000L)).isZero();
    }

    @Test
    void mappingsDoNotNarrowThem() {
        process.map(ioas, 0x10000, PAGE, 0x5000);
        assertThat(process.usable(ioas)).containsExactly("0x0-0xffffffffffffffff");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aShortListIsFilledAndTheCountTold(int room) {
        process.attached(0, ioas);
        List<String> found = new ArrayList<>();
        IommuIoasIovaRanges ranges = process.ranges(ioas, room, found);
        assertThat(found).startsWith("EMSGSIZE").hasSize(1 + room);
        assertThat(ranges.numIovas()).isEqualTo(2);
        assertThat(ranges.iovaAlignment()).isEqualTo(PAGE);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 0xffff, -4096})
    void aListThatIsNotThereIsAFault(long pointer) {
        IommuIoasIovaRanges ranges = IommuIoasIovaRanges.allocate(Arena.ofAuto()).ioasId(ioas).numIovas(1)
                .allowedIovas(pointer);
        assertThat(errno(process.kernel.ioctl(process.iommufd, Iommufd.IOAS_IOVA_RANGES, ranges.memory())))
                .isEqualTo(Errno.EFAULT);
        IommuIoasAllowIovas allow = IommuIoasAllowIovas.allocate(Arena.ofAuto()).ioasId(ioas).numIovas(1)
                .allowedIovas(pointer);
        assertThat(errno(process.kernel.ioctl(process.iommufd, Iommufd.IOAS_ALLOW_IOVAS, allow.memory())))
                .isEqualTo(Errno.EFAULT);
    }

    @Test
    void reservedFieldsComeBeforeTheAddressSpace() {
        IommuIoasIovaRanges ranges = IommuIoasIovaRanges.allocate(Arena.ofAuto()).ioasId(99);
        assertThat(errno(process.kernel.ioctl(process.iommufd, Iommufd.IOAS_IOVA_RANGES, ranges.memory())))
                .isEqualTo(Errno.ENOENT);
        ranges.memory().set(ValueLayout.JAVA_INT, 12, 1);
        assertThat(errno(process.kernel.ioctl(process.iommufd, Iommufd.IOAS_IOVA_RANGES, ranges.memory())))
                .isEqualTo(Errno.EOPNOTSUPP);
        IommuIoasAllowIovas allow = IommuIoasAllowIovas.allocate(Arena.ofAuto()).ioasId(99);
        allow.memory().set(ValueLayout.JAVA_INT, 12, 1);
        assertThat(errno(process.kernel.ioctl(process.iommufd, Iommufd.IOAS_ALLOW_IOVAS, allow.memory())))
                .isEqualTo(Errno.EOPNOTSUPP);
    }

    @Test
    void anAllowedRangeHasTwoBytesAtLeastAndOverlapsNone() {
        assertThat(errno(process.allow(ioas, 0x1000, 0x1000))).isEqualTo(Errno.EINVAL);
        assertThat(errno(process.allow(ioas, 0x2000, 0x1000))).isEqualTo(Errno.EINVAL);
        assertThat(errno(process.allow(ioas, 0x1000, 0x2000, 0x2000, 0x3000))).isEqualTo(Errno.EINVAL);
        assertThat(process.allow(ioas, 0x1000, 0x1fff, 0x2000, 0x3000)).isZero();
    }

    @Test
    void whatIsReservedCannotBeAllowedAndTheOldListStays() {
        process.attached(0, ioas);
        assertThat(process.allow(ioas, 0x100000, 0x1fffff)).isZero();
        assertThat(errno(process.allow(ioas, 0xfed00000L, 0xfeffffffL))).isEqualTo(Errno.EADDRINUSE);
        long va = process.memory(PAGE).address();
        assertThat(process.mapAnywhere(ioas, va, PAGE)).isEqualTo(0x100000);
    }

    @Test
    void anAllowedRangeIsAPromiseThatKeepsDevicesOut() {
        process.allow(ioas, 0xfee00000L, 0xfee00001L);
        int device = process.bound(0);
        assertThat(errno(process.attach(device, ioas))).isEqualTo(Errno.EADDRINUSE);
        assertThat(process.usable(ioas)).as("nothing stays reserved").containsExactly("0x0-0xffffffffffffffff");
        process.allow(ioas);
        assertThat(process.attach(device, ioas)).isPositive();
    }
}

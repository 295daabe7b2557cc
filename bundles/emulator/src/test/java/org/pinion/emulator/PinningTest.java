package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.emulator.Process.FIXED;
import static org.pinion.emulator.Process.PAGE;
import static org.pinion.emulator.Process.RW;
import static org.pinion.emulator.Process.errno;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.Iommufd;

class PinningTest {

    private static final String DEVICES = """
            devices:
              - {address: "0000:00:01.0", model: edu, group: 1}
              - {address: "0000:00:02.0", model: ivshmem, group: 2}
              - {address: "0000:00:03.0", model: edu, group: 3}
            """;

    private final Process process = Process.on("memlock: 64K\nsys-resource: true\n" + DEVICES);

    @Test
    void withoutADomainNothingIsPinnedAndTheLimitMeansNothing() throws Exception {
        int ioas = process.ioas();
        assertThat(process.map(ioas, process.memory(17 * PAGE).address(), 17 * PAGE, 0)).isZero();
        assertThat(process.pinnedKilobytes()).isZero();
        assertThat(errno(process.attach(process.bound(0), ioas))).isEqualTo(Errno.ENOMEM);
        assertThat(process.pinnedKilobytes()).isZero();
    }

    @Test
    void theLimitIsForAllOfTheUsersIommufds() throws Exception {
        Process other = new Process(process.kernel);
        int ioas = process.ioas();
        int otherIoas = other.ioas();
        process.attached(0, ioas);
        other.attached(1, otherIoas);
        long va = process.memory(16 * PAGE).address();
        assertThat(process.map(ioas, va, 10 * PAGE, 0)).isZero();
        assertThat(errno(other.map(otherIoas, va, 7 * PAGE, 0))).isEqualTo(Errno.ENOMEM);
        assertThat(other.map(otherIoas, va, 6 * PAGE, 0)).isZero();
        assertThat(process.pinnedKilobytes()).isEqualTo(64);
        process.unmap(ioas, 0, 10 * PAGE);
        assertThat(other.map(otherIoas, va, PAGE, 6 * PAGE)).isZero();
    }

    @Test
    void aProcessCanBeChargedInPlaceOfItsUser() {
        assertThat(process.getOption(Iommufd.OPTION_RLIMIT_MODE, 0)).isZero();
        assertThat(process.setOption(Iommufd.OPTION_RLIMIT_MODE, 0, 1)).isZero();
        assertThat(process.getOption(Iommufd.OPTION_RLIMIT_MODE, 0)).isEqualTo(1);
        Process other = new Process(process.kernel);
        int ioas = process.ioas();
        int otherIoas = other.ioas();
        process.attached(0, ioas);
        other.attached(1, otherIoas);
        long va = process.memory(16 * PAGE).address();
        assertThat(process.map(ioas, va, 16 * PAGE, 0)).isZero();
        assertThat(other.map(otherIoas, va, 16 * PAGE, 0)).as("another counter").isZero();
        assertThat(errno(process.map(ioas, va, PAGE, 16 * PAGE))).isEqualTo(Errno.ENOMEM);
    }

    @Test
    void whoMayLockMemoryIsNotHeldToTheLimitButCounted() throws Exception {
        Process mighty = Process.on("memlock: 64K\nipc-lock: true\n" + DEVICES);
        int ioas = mighty.ioas();
        mighty.attached(0, ioas);
        assertThat(mighty.map(ioas, mighty.memory(32 * PAGE).address(), 32 * PAGE, 0)).isZero();
        assertThat(mighty.pinnedKilobytes()).isEqualTo(128);
    }

    @Test
    void aHoleIsFoundBeforeTheLimit() {
        int ioas = process.ioas();
        process.attached(0, ioas);
        assertThat(errno(process.map(ioas, 0x10000, 32 * PAGE, 0))).isEqualTo(Errno.EFAULT);
    }

    @Test
    void memoryThatEndsTooSoonIsAHole() throws Exception {
        int ioas = process.ioas();
        process.attached(0, ioas);
        long va = process.memory(PAGE).address();
        assertThat(errno(process.map(ioas, va, 8 * PAGE, 0))).isEqualTo(Errno.EFAULT);
        assertThat(process.pinnedKilobytes()).isZero();
        assertThat(process.map(ioas, va, PAGE, 0)).isZero();
    }

    @Test
    void twoDomainsPinOnce() throws Exception {
        int ioas = process.ioas();
        process.attached(0, ioas);
        process.map(ioas, process.memory(PAGE).address(), PAGE, 0);
        process.attached(2, ioas);
        assertThat(process.pinnedKilobytes()).isEqualTo(4);
    }

    @Test
    void theLastDetachUnpins() throws Exception {
        int ioas = process.ioas();
        int device = process.attached(0, ioas);
        process.map(ioas, process.memory(PAGE).address(), PAGE, 0);
        process.detach(device);
        assertThat(process.pinnedKilobytes()).isZero();
        assertThat(process.attach(device, ioas)).isPositive();
        assertThat(process.pinnedKilobytes()).isEqualTo(4);
    }

    @Test
    void aFileCutShortCannotBePinned() {
        int ioas = process.ioas();
        int fd = process.memfd(4 * PAGE);
        process.mapFile(ioas, RW | FIXED, fd, 0, 4 * PAGE, 0);
        process.kernel.ftruncate(fd, 2 * PAGE);
        assertThat(errno(process.attach(process.bound(0), ioas))).isEqualTo(Errno.EINVAL);
    }

    static Stream<int[]> badOptions() {
        int rlimit = Iommufd.OPTION_RLIMIT_MODE;
        int huge = Iommufd.OPTION_HUGE_PAGES;
        return Stream.of(
                new int[] {Errno.EOPNOTSUPP.number(), 2, 0, 0}, new int[] {Errno.EOPNOTSUPP.number(), rlimit, 1, 7},
                new int[] {Errno.EINVAL.number(), rlimit, 0, 7}, new int[] {Errno.ENOENT.number(), huge, 1, 7});
    }

    @ParameterizedTest
    @MethodSource("badOptions")
    void optionsAreCheckedInOrder(int[] row) {
        assertThat(process.setOption(row[1], row[2], row[3])).isEqualTo(-row[0]);
    }

    @Test
    void theAccountIsChosenByWhoMayAndBeforeAnythingElse() {
        process.ioas();
        assertThat(errno(process.setOption(Iommufd.OPTION_RLIMIT_MODE, 0, 7))).isEqualTo(Errno.EBUSY);
        Process weak = Process.on(DEVICES);
        weak.ioas();
        assertThat(errno(weak.setOption(Iommufd.OPTION_RLIMIT_MODE, 0, 7))).isEqualTo(Errno.EPERM);
    }

    @Test
    void withoutLargePagesEverythingIsAlignedToPages() {
        int ioas = process.ioas();
        assertThat(process.getOption(Iommufd.OPTION_HUGE_PAGES, ioas)).isEqualTo(1);
        process.map(ioas, 0x10001, 1, 0);
        assertThat(errno(process.setOption(Iommufd.OPTION_HUGE_PAGES, ioas, 0))).isEqualTo(Errno.EADDRINUSE);
        process.unmap(ioas, 0, 1);
        assertThat(process.setOption(Iommufd.OPTION_HUGE_PAGES, ioas, 0)).isZero();
        assertThat(process.getOption(Iommufd.OPTION_HUGE_PAGES, ioas)).isZero();
        assertThat(errno(process.map(ioas, 0x10001, 1, 0))).isEqualTo(Errno.EINVAL);
        assertThat(process.setOption(Iommufd.OPTION_HUGE_PAGES, ioas, 1)).isZero();
        assertThat(process.map(ioas, 0x10001, 1, 0)).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {2, -1})
    void largePagesAreOnOrOff(long value) {
        assertThat(errno(process.setOption(Iommufd.OPTION_HUGE_PAGES, process.ioas(), value))).isEqualTo(Errno.EINVAL);
    }

    @Test
    void largePagesStayWhileADomainShowsSomething() {
        int ioas = process.ioas();
        process.attached(0, ioas);
        process.map(ioas, process.memory(PAGE).address(), PAGE, 0);
        assertThat(errno(process.setOption(Iommufd.OPTION_HUGE_PAGES, ioas, 0))).isEqualTo(Errno.EINVAL);
        process.unmap(ioas, 0, PAGE);
        assertThat(process.setOption(Iommufd.OPTION_HUGE_PAGES, ioas, 0)).isZero();
    }
}

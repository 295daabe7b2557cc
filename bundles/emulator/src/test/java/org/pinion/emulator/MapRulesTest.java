package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.emulator.Process.FIXED;
import static org.pinion.emulator.Process.PAGE;
import static org.pinion.emulator.Process.R;
import static org.pinion.emulator.Process.RW;
import static org.pinion.emulator.Process.errno;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.IommuIoasMap;
import org.pinion.linux.uapi.IommuIoasMapFile;
import org.pinion.linux.uapi.Iommufd;

/** Every row breaks a rule and all rules after it, as far as one call can: the answer tells which one is looked at first. */
class MapRulesTest {

    private static final int HERE = 1;
    private static final int NOWHERE = 99;
    private static final long MAPPED = 0x100000;
    private static final long MSI = 0xfee00000L;
    private static final long GOOD = 0x200000;
    private static final long VA = 0x7f0000000000L;
    private static final long MAX = -1L;

    private final Process process = Process.onLab();

    private void prepare(boolean device) {
        assertThat(process.ioas()).isEqualTo(HERE);
        process.map(HERE, process.memory(PAGE).address(), PAGE, MAPPED);
        if (device) {
            process.attached(0, HERE);
        }
    }

    static Stream<Arguments> byAddress() {
        return Stream.of(
                row(Errno.EOPNOTSUPP, 8, 0, NOWHERE, MAX, MAX, MAX),
                row(Errno.EOPNOTSUPP, 0, 1, NOWHERE, MAX, MAX, MAX),
                row(Errno.EOVERFLOW, FIXED, 0, NOWHERE, MAX, 0, MAX),
                row(Errno.EOVERFLOW, FIXED, 0, NOWHERE, MAX, MAX, 1),
                row(Errno.EINVAL, FIXED, 0, NOWHERE, MAX, PAGE, 1),
                row(Errno.ENOENT, FIXED | RW, 0, NOWHERE, MAX, PAGE, 1),
                row(Errno.EOVERFLOW, FIXED | RW, 0, HERE, MAX - PAGE + 1, PAGE, 1),
                row(Errno.EINVAL, FIXED | RW, 0, HERE, VA, 0, 1),
                row(Errno.EINVAL, FIXED | RW, 0, HERE, 0, MAX - PAGE + 1, 1),
                row(Errno.EINVAL, FIXED | RW, 0, HERE, VA, PAGE + 1, MAPPED),
                row(Errno.EINVAL, FIXED | RW, 0, HERE, VA, PAGE, MAPPED + 1),
                row(Errno.EOVERFLOW, FIXED | RW, 0, HERE, VA, 2 * PAGE, -PAGE),
                row(Errno.EINVAL, FIXED | RW, 0, HERE, VA + 1, PAGE, MSI),
                row(Errno.EINVAL, FIXED | RW, 0, HERE, VA, PAGE, 0x8000000000L),
                row(Errno.EINVAL, FIXED | RW, 0, HERE, VA, MSI - MAPPED + PAGE, MAPPED),
                row(Errno.EEXIST, FIXED | RW, 0, HERE, VA + 1, PAGE, MAPPED),
                row(Errno.EINVAL, FIXED | RW, 0, HERE, VA + 1, PAGE, GOOD),
                row(Errno.EFAULT, FIXED | RW, 0, HERE, VA, PAGE, GOOD),
                row(Errno.EOVERFLOW, RW, 0, HERE, 0, 1L << 63, 0),
                row(Errno.EINVAL, RW, 0, HERE, VA + 2048, PAGE, 0),
                row(Errno.ENOSPC, RW, 0, HERE, VA, 1L << 40, 0));
    }

    private static Arguments row(Errno errno, int flags, int reserved, int ioas, long va, long length, long iova) {
        return Arguments.of(errno, flags, reserved, ioas, va, length, iova);
    }

    @ParameterizedTest
    @MethodSource("byAddress")
    void theFirstBrokenRuleAnswers(Errno expected, int flags, int reserved, int ioas, long va, long length, long iova) {
        prepare(true);
        IommuIoasMap map = IommuIoasMap.allocate(Arena.ofAuto()).flags(flags).ioasId(ioas).userVa(va).length(length)
                .iova(iova);
        map.memory().set(ValueLayout.JAVA_INT, 12, reserved);
        assertThat(errno(process.kernel.ioctl(process.iommufd, Iommufd.IOAS_MAP, map.memory()))).isEqualTo(expected);
        assertThat(process.unmap(HERE, 0, MAX)).as("what is mapped after a failure").isEqualTo(PAGE);
    }

    static Stream<Arguments> byFile() {
        return Stream.of(
                row(Errno.EOPNOTSUPP, 8, -1, NOWHERE, MAX, MAX, MAX),
                row(Errno.EOVERFLOW, FIXED, -1, NOWHERE, MAX, 0, MAX),
                row(Errno.EOVERFLOW, FIXED, -1, NOWHERE, MAX, MAX, 1),
                row(Errno.EINVAL, FIXED, -1, NOWHERE, MAX, 0, 1),
                row(Errno.ENOENT, FIXED | RW, -1, NOWHERE, MAX, 0, 1),
                row(Errno.EINVAL, FIXED | RW, -1, HERE, MAX, 0, 1),
                row(Errno.EOVERFLOW, FIXED | RW, -1, HERE, MAX, 2, 1),
                row(Errno.EBADF, FIXED | RW, -1, HERE, 0, MAX - PAGE + 1, 1),
                row(Errno.EINVAL, FIXED | RW, 0, HERE, 0, MAX - PAGE + 1, 1),
                row(Errno.EBADF, FIXED | RW, -1, HERE, 1, PAGE + 1, 1),
                row(Errno.EINVAL, FIXED | RW, 0, HERE, 1, PAGE + 1, MAPPED),
                row(Errno.EINVAL, FIXED | RW, 0, HERE, 1, PAGE, MSI),
                row(Errno.EEXIST, FIXED | RW, 0, HERE, 1, PAGE, MAPPED),
                row(Errno.EINVAL, FIXED | RW, 0, HERE, 1, PAGE, GOOD),
                row(Errno.EINVAL, FIXED | RW, 0, HERE, 3 * PAGE, 2 * PAGE, GOOD));
    }

    /** The column that is reserved for addresses is the descriptor here: 0 stands for a memfd of four pages. */
    @ParameterizedTest
    @MethodSource("byFile")
    void theFirstBrokenRuleOfAFileAnswers(Errno expected, int flags, int file, int ioas, long start, long length,
            long iova) {
        prepare(true);
        int fd = file == 0 ? process.memfd(4 * PAGE) : file;
        assertThat(errno(process.mapFile(ioas, flags, fd, start, length, iova))).isEqualTo(expected);
        assertThat(process.unmap(HERE, 0, MAX)).as("what is mapped after a failure").isEqualTo(PAGE);
    }

    @Test
    void aFileThatIsNoMemoryFailsWhenItsPagesAreWanted() {
        prepare(false);
        assertThat(process.mapFile(HERE, RW | FIXED, process.iommufd, 0, PAGE, GOOD)).isZero();
        assertThat(errno(process.attach(process.bound(0), HERE))).isEqualTo(Errno.EINVAL);
    }

    @Test
    void aNewAddressSpaceTakesSingleBytesAnywhere() {
        prepare(false);
        assertThat(process.map(HERE, 0x123457, 1, 3)).isZero();
        assertThat(process.map(HERE, 0x123458, 1, 4)).isZero();
        assertThat(process.map(HERE, 0x1234, 3, -4L)).isZero();
        assertThat(errno(process.map(HERE, 0x1234, 1, -2L))).isEqualTo(Errno.EEXIST);
        assertThat(process.unmap(HERE, 3, 2)).isEqualTo(2);
    }

    @Test
    void aMappingMayEndAtTheLastAddress() {
        prepare(false);
        assertThat(process.map(HERE, 0x10000, 2 * PAGE, -2L * PAGE)).isZero();
        assertThat(errno(process.map(HERE, 0x10000, 2 * PAGE, -PAGE))).isEqualTo(Errno.EOVERFLOW);
        assertThat(process.unmap(HERE, -2L * PAGE, 2 * PAGE)).isEqualTo(2 * PAGE);
    }

    @Test
    void aListOfAllowedRangesDoesNotBindAFixedAddress() {
        prepare(false);
        process.allow(HERE, 0x10000, 0x1ffff);
        assertThat(process.map(HERE, VA, PAGE, GOOD)).isZero();
    }

    @Test
    void theSameMemoryMappedTwiceIsPinnedTwice() throws Exception {
        prepare(true);
        long before = process.pinnedKilobytes();
        long va = process.memory(PAGE).address();
        process.map(HERE, va, PAGE, GOOD);
        process.map(HERE, R | FIXED, va, PAGE, GOOD + PAGE);
        assertThat(process.pinnedKilobytes() - before).isEqualTo(8);
    }

    @Test
    void theDescriptorOfAFileMayBeClosedOnceItIsMapped() {
        prepare(true);
        int fd = process.memfd(PAGE);
        assertThat(process.mapFile(HERE, RW | FIXED, fd, 0, PAGE, GOOD)).isZero();
        assertThat(process.kernel.close(fd)).isZero();
        assertThat(process.unmap(HERE, GOOD, PAGE)).isEqualTo(PAGE);
    }

    @Test
    void structuresThatLackAFieldAreRefused() {
        prepare(false);
        IommuIoasMapFile map = IommuIoasMapFile.allocate(Arena.ofAuto());
        map.declareSize(32);
        assertThat(errno(process.kernel.ioctl(process.iommufd, Iommufd.IOAS_MAP_FILE, map.memory())))
                .isEqualTo(Errno.EINVAL);
    }
}

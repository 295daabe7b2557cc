package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.emulator.Process.FIXED;
import static org.pinion.emulator.Process.PAGE;
import static org.pinion.emulator.Process.R;
import static org.pinion.emulator.Process.RW;
import static org.pinion.emulator.Process.W;
import static org.pinion.emulator.Process.errno;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.pinion.linux.Errno;

class CopyAndUnmapRulesTest {

    private static final int FROM = 1;
    private static final int TO = 2;
    private static final int NOWHERE = 99;
    private static final long MAX = -1L;
    private static final long SOURCE = 0x10000;
    private static final long READ_ONLY = 0x40000;

    private final Process process = Process.onLab();
    private final long va = process.memory(8 * PAGE).address();

    CopyAndUnmapRulesTest() {
        process.ioas();
        process.ioas();
        process.map(FROM, va, 2 * PAGE, SOURCE);
        process.map(FROM, va + 2 * PAGE, 2 * PAGE, SOURCE + 2 * PAGE);
        process.map(FROM, R | FIXED, va, PAGE, READ_ONLY);
    }

    static Stream<Arguments> copies() {
        return Stream.of(
                row(Errno.EOPNOTSUPP, 8, NOWHERE, NOWHERE, MAX, MAX, MAX),
                row(Errno.EOVERFLOW, 0, NOWHERE, NOWHERE, MAX, 0, 0),
                row(Errno.EOVERFLOW, 0, NOWHERE, NOWHERE, 0, MAX, 0),
                row(Errno.EOVERFLOW, 0, NOWHERE, NOWHERE, 0, 0, MAX),
                row(Errno.EINVAL, 0, NOWHERE, NOWHERE, 0, 0, 0),
                row(Errno.ENOENT, RW, NOWHERE, NOWHERE, 0, 0, 0),
                row(Errno.EINVAL, RW, NOWHERE, FROM, 0, 0, 0),
                row(Errno.EOVERFLOW, RW, NOWHERE, FROM, 2 * PAGE, 0, -PAGE),
                row(Errno.ENOENT, RW, NOWHERE, FROM, 5 * PAGE, 0, SOURCE),
                row(Errno.ENOENT, RW, NOWHERE, FROM, 2 * PAGE, 0, SOURCE - PAGE),
                row(Errno.ENOENT, RW, NOWHERE, FROM, PAGE, 0, SOURCE),
                row(Errno.EINVAL, RW | FIXED, TO, FROM, PAGE / 2, 0x1000, SOURCE),
                row(Errno.EINVAL, RW | FIXED, TO, FROM, PAGE, 0x1001, SOURCE),
                row(Errno.EINVAL, RW | FIXED, TO, FROM, PAGE, 0xfee00000L, READ_ONLY),
                row(Errno.EEXIST, RW | FIXED, TO, FROM, PAGE, 0x5000, READ_ONLY),
                row(Errno.EPERM, RW | FIXED, TO, FROM, PAGE, 0x1000, READ_ONLY),
                row(Errno.EPERM, W | FIXED, TO, FROM, PAGE, 0x1000, READ_ONLY));
    }

    private static Arguments row(Errno errno, int flags, int to, int from, long length, long iova, long source) {
        return Arguments.of(errno, flags, to, from, length, iova, source);
    }

    @ParameterizedTest
    @MethodSource("copies")
    void theFirstBrokenRuleAnswers(Errno expected, int flags, int to, int from, long length, long iova, long source) {
        process.map(TO, va, PAGE, 0x5000);
        process.attached(0, TO);
        assertThat(errno(process.copy(to, from, flags, length, iova, source))).isEqualTo(expected);
        assertThat(process.unmap(TO, 0, MAX)).as("what is mapped after a failure").isEqualTo(PAGE);
    }

    @ParameterizedTest
    @CsvSource({"0x10000,4", "0x11000,2", "0x11000,1", "0x13000,1"})
    void anyCoveredPartCanBeCopied(long source, int pages) {
        assertThat(process.copy(TO, FROM, RW | FIXED, (long) pages * PAGE, 0x700000, source)).isZero();
        assertThat(process.unmap(TO, 0x700000, (long) pages * PAGE)).isEqualTo((long) pages * PAGE);
    }

    @Test
    void aCopyOverTwoMappingsMakesTwoMappings() {
        process.copy(TO, FROM, RW | FIXED, 4 * PAGE, 0, SOURCE);
        assertThat(process.unmap(TO, 0, 2 * PAGE)).isEqualTo(2 * PAGE);
        assertThat(process.unmap(TO, 2 * PAGE, 2 * PAGE)).isEqualTo(2 * PAGE);
    }

    @Test
    void aCopySharesThePinnedPages() throws Exception {
        process.attached(0, FROM);
        long before = process.pinnedKilobytes();
        process.attached(1, TO);
        process.copy(TO, FROM, RW | FIXED, 3 * PAGE, 0, SOURCE);
        process.copy(TO, FROM, RW | FIXED, 3 * PAGE, 0x100000, SOURCE + PAGE);
        assertThat(process.pinnedKilobytes()).isEqualTo(before);
        process.unmap(FROM, SOURCE, 4 * PAGE);
        assertThat(process.pinnedKilobytes()).as("the copies hold them").isEqualTo(before);
        process.unmap(TO, 0, 3 * PAGE);
        assertThat(process.pinnedKilobytes()).isEqualTo(before - 4);
        process.unmap(TO, 0, MAX);
        assertThat(process.pinnedKilobytes()).isEqualTo(4);
    }

    @Test
    void aCopyWithinOneAddressSpaceWorks() {
        assertThat(process.copy(FROM, FROM, R | FIXED, PAGE, 0x900000, SOURCE)).isZero();
        assertThat(process.unmap(FROM, 0x900000, PAGE)).isEqualTo(PAGE);
    }

    @ParameterizedTest
    @CsvSource({
        "EOVERFLOW,-1,0", "EOVERFLOW,0x1000,-1", "EINVAL,0x1000,0", "EOVERFLOW,-4096,8192", "ENOENT,0,0x1000",
        "ENOENT,0x11000,0x1000", "ENOENT,0x10000,0x1000", "ENOENT,0xf000,0x2000"})
    void unmapRefuses(Errno expected, long iova, long length) {
        assertThat(errno(process.unmap(FROM, iova, length))).isEqualTo(expected);
        assertThat(process.unmap(FROM, 0, MAX)).as("what was left").isEqualTo(5 * PAGE);
    }

    @Test
    void unmapOfWhatIsNotAnAddressSpaceIsLookedAtFirst() {
        assertThat(errno(process.unmap(NOWHERE, MAX, 0))).isEqualTo(Errno.ENOENT);
    }

    @Test
    void unmapLeapsOverGapsAndCountsWhatItRemoved() {
        assertThat(process.unmap(FROM, 0x8000, 0x100000)).isEqualTo(5 * PAGE);
    }

    @Test
    void unmapStopsAtAMappingThatSticksOutAndKeepsWhatItDid() {
        assertThat(errno(process.unmap(FROM, SOURCE, 3 * PAGE))).isEqualTo(Errno.ENOENT);
        assertThat(errno(process.unmap(FROM, SOURCE, 2 * PAGE))).as("the first is gone").isEqualTo(Errno.ENOENT);
        assertThat(process.unmap(FROM, SOURCE + 2 * PAGE, 2 * PAGE)).isEqualTo(2 * PAGE);
    }

    @Test
    void unmapOfEverythingSucceedsOnNothing() {
        assertThat(process.unmap(FROM, 0, MAX)).isEqualTo(5 * PAGE);
        assertThat(process.unmap(FROM, 0, MAX)).isZero();
    }
}

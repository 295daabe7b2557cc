package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.emulator.ContainerProcess.MTTY_GROUP;
import static org.pinion.emulator.ContainerProcess.V1;
import static org.pinion.emulator.ContainerProcess.V2;
import static org.pinion.emulator.ContainerProcess.bitmap;
import static org.pinion.emulator.Process.PAGE;
import static org.pinion.emulator.Process.errno;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.VfioType1;

/** No IOMMU tells which pages were written: all that a device can reach are. */
class Type1DirtyPagesTest {

    private static final int START = VfioType1.DIRTY_PAGES_START;
    private static final int STOP = VfioType1.DIRTY_PAGES_STOP;
    private static final long AT = 0x100000;
    private static final long END = -PAGE;

    private final ContainerProcess process = ContainerProcess.onLab();
    private final long va = process.memory(128 * PAGE).address();

    private static long word(MemorySegment bitmap, int index) {
        return bitmap.getAtIndex(ValueLayout.JAVA_LONG, index);
    }

    @Test
    void theFirstKindHasNoDirtyTracking() {
        process.ready(0, V1);
        assertThat(errno(process.dirtyPages(START | 8))).isEqualTo(Errno.EACCES);
    }

    @Test
    void exactlyOneKnownFlagIsSet() {
        process.ready(0, V2);
        Stream.of(0, START | STOP, 8, VfioType1.DIRTY_PAGES_GET_BITMAP)
                .forEach(flags -> assertThat(errno(process.dirtyPages(flags))).isEqualTo(Errno.EINVAL));
        assertThat(process.dirtyPages(START)).isZero();
        assertThat(process.dirtyPages(START)).isZero();
        assertThat(process.dirtyPages(STOP)).isZero();
        assertThat(process.dirtyPages(STOP)).isZero();
    }

    static Stream<Arguments> rows() {
        return Stream.of(
                Arguments.of(Errno.EINVAL, END, 0L, PAGE, 8),
                Arguments.of(Errno.EOVERFLOW, END, 2L * PAGE, 2 * PAGE, 0),
                Arguments.of(Errno.EINVAL, AT, 65L * PAGE, PAGE, 8),
                Arguments.of(Errno.EINVAL, AT, 64L * PAGE, PAGE, 7),
                Arguments.of(Errno.EINVAL, AT, 64L * PAGE, 2 * PAGE, 8),
                Arguments.of(Errno.EINVAL, AT, 64L * PAGE, 2 << 20, 8),
                Arguments.of(Errno.EINVAL, AT + 1, 64L * PAGE, PAGE, 8),
                Arguments.of(Errno.EINVAL, AT, PAGE + 1L, PAGE, 8),
                Arguments.of(Errno.EINVAL, AT, 3L * PAGE, PAGE, 8),
                Arguments.of(Errno.EINVAL, AT + PAGE, 3L * PAGE, PAGE, 8));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void aRangeOrABitmapThatDoesNotFitIsRefused(Errno expected, long iova, long size, int pageSize, int bytes) {
        process.ready(0, V2);
        process.map(va, 4 * PAGE, AT);
        process.dirtyPages(START);
        MemorySegment room = bitmap(1, 0xaa);
        assertThat(errno(process.dirtyPages(iova, size, pageSize, room.asSlice(0, bytes)))).isEqualTo(expected);
        assertThat(word(room, 0)).isEqualTo(0xaaaaaaaaaaaaaaaaL);
    }

    @Test
    void withoutTrackingThereIsNothingToTell() {
        process.ready(0, V2);
        process.map(va, 4 * PAGE, AT);
        assertThat(errno(process.dirtyPages(AT, 4 * PAGE, PAGE, bitmap(1, 0)))).isEqualTo(Errno.EINVAL);
        assertThat(errno(process.unmap(AT, 4 * PAGE, PAGE, bitmap(1, 0)))).isEqualTo(Errno.EINVAL);
    }

    @Test
    void everyMappedPageIsToldEveryTime() {
        process.ready(0, V2);
        process.map(va, 4 * PAGE, AT);
        process.dirtyPages(START);
        process.map(va, 70 * PAGE, AT + 64 * PAGE);
        for (int i = 0; i < 2; i++) {
            MemorySegment told = bitmap(4, 0x55);
            assertThat(process.dirtyPages(AT, 256 * PAGE, PAGE, told)).isZero();
            assertThat(word(told, 0)).isEqualTo(0xf);
            assertThat(word(told, 1)).isEqualTo(-1L);
            assertThat(word(told, 2)).isEqualTo(0x3f);
            assertThat(word(told, 3)).as("nothing is mapped there").isEqualTo(0x5555555555555555L);
        }
    }

    @Test
    void aMappingThatBeginsInsideAWordKeepsWhatTheCallerHasThere() {
        process.ready(0, V2);
        process.map(va, 4 * PAGE, AT + 8 * PAGE);
        process.dirtyPages(START);
        MemorySegment told = bitmap(1, 0);
        told.set(ValueLayout.JAVA_LONG, 0, 0x81);
        assertThat(process.dirtyPages(AT, 64 * PAGE, PAGE, told)).isZero();
        assertThat(word(told, 0)).isEqualTo(0xf81);
    }

    @Test
    void unmappingTellsForTheLastTime() {
        process.ready(0, V2);
        process.map(va, 4 * PAGE, AT);
        process.dirtyPages(START);
        MemorySegment told = bitmap(1, 0);
        assertThat(errno(process.unmap(AT, 4 * PAGE, 2 * PAGE, told))).isEqualTo(Errno.EINVAL);
        assertThat(errno(process.unmap(AT, 4 * PAGE, PAGE, told.asSlice(0, 4)))).isEqualTo(Errno.EINVAL);
        assertThat(errno(process.unmap(AT, 2 * PAGE, PAGE, told))).isEqualTo(Errno.EINVAL);
        assertThat(process.unmap(AT, 4 * PAGE, PAGE, told)).isEqualTo(4 * PAGE);
        assertThat(word(told, 0)).isEqualTo(0xf);
    }

    @Test
    void mdevsAloneWriteNothingAndADeviceThatLeavesHasWrittenEverything() {
        process.ready(MTTY_GROUP, V2);
        process.map(va, 4 * PAGE, AT);
        process.dirtyPages(START);
        assertThat(told()).isZero();
        int group = process.joined(0);
        assertThat(told()).isEqualTo(0xf);
        process.unset(group);
        assertThat(told()).as("once more").isEqualTo(0xf);
        assertThat(told()).isZero();
    }

    private long told() {
        MemorySegment told = bitmap(1, 0);
        assertThat(process.dirtyPages(AT, 4 * PAGE, PAGE, told)).isZero();
        return word(told, 0);
    }

    @Test
    void bitsMovedForAnEarlierAnswerAreToldAsStaleOnesPastTheEndOfTheMapping() {
        process.ready(0, V2);
        process.map(va, 4 * PAGE, AT + 2 * PAGE);
        process.dirtyPages(START);
        assertThat(process.dirtyPages(AT, 64 * PAGE, PAGE, bitmap(1, 0))).isZero();
        MemorySegment told = bitmap(1, 0);
        assertThat(process.dirtyPages(AT + 2 * PAGE, 4 * PAGE, PAGE, told)).isZero();
        assertThat(word(told, 0)).as("four pages, and two bits that mean nothing").isEqualTo(0x3f);
    }

    @Test
    void whatCannotBePinnedIsSaidBeforeItIsTooMuchToBeTracked() {
        process.ready(0, V2);
        process.dirtyPages(START);
        assertThat(errno(process.map(0x10000, 1L << 43, 1L << 44))).as("outside the aperture").isEqualTo(Errno.EINVAL);
        ContainerProcess wide = ContainerProcess.on(
                "devices: [{address: '0000:00:10.0', model: edu, group: 0, aperture: 0x0-0xffffffffffff}]");
        wide.ready(0, V2);
        wide.dirtyPages(START);
        assertThat(errno(wide.map(0x10000, 1L << 43, 1L << 44))).isEqualTo(Errno.EFAULT);
        assertThat(wide.unmap(1L << 44, PAGE)).as("nothing is there").isZero();
    }

    @Test
    void moreThanTwoToThe31PagesCannotBeTracked() {
        ContainerProcess mdevs = ContainerProcess.onLab();
        mdevs.ready(MTTY_GROUP, V2);
        assertThat(mdevs.map(0x10000, 1L << 43, 1L << 44)).isZero();
        assertThat(errno(mdevs.dirtyPages(START))).isEqualTo(Errno.EINVAL);
    }
}

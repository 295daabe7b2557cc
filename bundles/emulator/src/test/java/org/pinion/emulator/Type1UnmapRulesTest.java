package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.emulator.ContainerProcess.MTTY_GROUP;
import static org.pinion.emulator.ContainerProcess.V1;
import static org.pinion.emulator.ContainerProcess.V2;
import static org.pinion.emulator.Process.PAGE;
import static org.pinion.emulator.Process.errno;

import java.lang.foreign.Arena;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.VfioIommuType1DmaUnmap;
import org.pinion.linux.uapi.VfioType1;

class Type1UnmapRulesTest {

    private static final int WHOLE = VfioIommuType1DmaUnmap.SIZE;
    private static final int BITMAP = VfioType1.UNMAP_GET_DIRTY_BITMAP;
    private static final int ALL = VfioType1.UNMAP_ALL;
    private static final int VADDR = VfioType1.UNMAP_VADDR;
    private static final long FIRST = 0x10000;
    private static final long SECOND = 0x20000;

    private final ContainerProcess process = ContainerProcess.onLab();
    private final long va = process.memory(16 * PAGE).address();

    private void prepare(int kind) {
        process.ready(0, kind);
        process.map(va, 4 * PAGE, FIRST);
        process.map(va, 4 * PAGE, SECOND);
    }

    static Stream<Arguments> rows() {
        return Stream.of(
                row(Errno.EINVAL, WHOLE - 1, 8, -1, -1),
                row(Errno.EINVAL, WHOLE, 8, -1, -1),
                row(Errno.EINVAL, WHOLE, BITMAP | ALL, 0, 0),
                row(Errno.EINVAL, WHOLE, BITMAP | VADDR, FIRST, PAGE),
                row(Errno.EINVAL, WHOLE, BITMAP, FIRST, PAGE),
                row(Errno.EINVAL, WHOLE, ALL, PAGE, 0),
                row(Errno.EINVAL, WHOLE, ALL, 0, PAGE),
                row(Errno.EINVAL, WHOLE, 0, FIRST, 0),
                row(Errno.EINVAL, WHOLE, 0, FIRST, PAGE + 1),
                row(Errno.EINVAL, WHOLE, 0, FIRST + 1, PAGE),
                row(Errno.EINVAL, WHOLE, 0, -PAGE + 1, 2 * PAGE),
                row(Errno.EOVERFLOW, WHOLE, 0, -PAGE, 2 * PAGE),
                row(Errno.EINVAL, WHOLE, 0, FIRST, PAGE),
                row(Errno.EINVAL, WHOLE, 0, FIRST + PAGE, PAGE),
                row(Errno.EINVAL, WHOLE, 0, FIRST + 3 * PAGE, PAGE),
                row(Errno.EINVAL, WHOLE, 0, FIRST, SECOND - FIRST + PAGE),
                row(Errno.EINVAL, WHOLE, VADDR, FIRST, PAGE));
    }

    private static Arguments row(Errno errno, int declared, int flags, long iova, long size) {
        return Arguments.of(errno, declared, flags, iova, size);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void aRefusedRequestRemovesNothing(Errno expected, int declared, int flags, long iova, long size) {
        prepare(V2);
        VfioIommuType1DmaUnmap unmap =
                VfioIommuType1DmaUnmap.allocate(Arena.ofAuto()).flags(flags).iova(iova).size(size);
        unmap.declareSize(declared);
        assertThat(errno(process.kernel.ioctl(process.container, VfioType1.UNMAP_DMA, unmap.memory())))
                .isEqualTo(expected);
        assertThat(unmap.size()).as("the size is written on success only").isEqualTo(size);
        assertThat(process.lockedKilobytes()).isEqualTo(32);
    }

    @Test
    void aRangeMayCoverSeveralMappingsAndGaps() {
        prepare(V2);
        assertThat(process.unmap(0, 0x100000)).isEqualTo(8 * PAGE);
        assertThat(process.lockedKilobytes()).isZero();
        assertThat(process.available()).isEqualTo(65535);
    }

    @Test
    void whereNothingIsMappedNothingIsUnmapped() {
        prepare(V2);
        assertThat(process.unmap(FIRST + 4 * PAGE, PAGE)).isZero();
        assertThat(process.unmap(0x200000, -0x200000L)).as("up to the last address").isZero();
    }

    @Test
    void allUnmapsAllAndThenNothing() {
        prepare(V2);
        assertThat(process.unmap(ALL, 0, 0)).isEqualTo(8 * PAGE);
        assertThat(process.unmap(ALL, 0, 0)).isZero();
    }

    @Test
    void theFirstKindUnmapsNothingFromTheMiddleOn() {
        prepare(V1);
        assertThat(process.unmap(FIRST + PAGE, PAGE)).isZero();
        assertThat(process.unmap(FIRST + PAGE, 0x100000)).as("not even what follows").isZero();
        assertThat(process.lockedKilobytes()).isEqualTo(32);
    }

    @Test
    void theFirstKindUnmapsAWholeMappingByItsFirstPage() {
        prepare(V1);
        assertThat(process.unmap(FIRST, PAGE)).isEqualTo(4 * PAGE);
        assertThat(process.unmap(0, SECOND + PAGE)).isEqualTo(4 * PAGE);
        assertThat(process.unmap(0, SECOND + PAGE)).isZero();
    }

    @Test
    void theFirstKindUnmapsAllToo() {
        prepare(V1);
        assertThat(process.unmap(ALL, 0, 0)).isEqualTo(8 * PAGE);
    }

    @Test
    void addressesAreForgottenAndGivenAgain() {
        prepare(V2);
        assertThat(process.unmap(VADDR, FIRST, 4 * PAGE)).isEqualTo(4 * PAGE);
        assertThat(errno(process.unmap(VADDR, FIRST, 4 * PAGE))).as("twice").isEqualTo(Errno.EINVAL);
        assertThat(errno(process.unmap(VADDR | ALL, 0, 0))).as("one of them twice").isEqualTo(Errno.EINVAL);
        assertThat(errno(process.map(VADDR, va, PAGE, FIRST))).as("a part").isEqualTo(Errno.EINVAL);
        assertThat(errno(process.map(VADDR, va, 4 * PAGE, SECOND))).as("not forgotten").isEqualTo(Errno.EINVAL);
        assertThat(errno(process.set(process.group(1)))).isEqualTo(Errno.EBUSY);
        assertThat(process.map(va, PAGE, 0x100000)).as("others are mapped meanwhile").isZero();
        assertThat(process.map(VADDR, va, 4 * PAGE, FIRST)).isZero();
        assertThat(process.unmap(VADDR | ALL, 0, 0)).isEqualTo(9 * PAGE);
        assertThat(process.unmap(ALL, 0, 0)).isEqualTo(9 * PAGE);
    }

    @Test
    void addressesAreNotForgottenBesideAnMdev() {
        prepare(V2);
        process.joined(MTTY_GROUP);
        assertThat(errno(process.unmap(VADDR, 1, 0))).as("before anything else").isEqualTo(Errno.EBUSY);
        assertThat(process.extension(VfioType1.UPDATE_VADDR)).isZero();
    }
}

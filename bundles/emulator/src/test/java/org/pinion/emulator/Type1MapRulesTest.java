package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.emulator.ContainerProcess.RW;
import static org.pinion.emulator.ContainerProcess.V2;
import static org.pinion.emulator.Process.PAGE;
import static org.pinion.emulator.Process.errno;

import java.lang.foreign.Arena;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pinion.linux.Errno;
import org.pinion.linux.Mman;
import org.pinion.linux.uapi.VfioIommuType1DmaMap;
import org.pinion.linux.uapi.VfioType1;

/** Every row breaks a rule and those after it, as far as one call can: the answer tells which is looked at first. */
class Type1MapRulesTest {

    private static final long MAPPED = 0x100000;
    private static final long MSI = 0xfee00000L;
    private static final long GOOD = 0x200000;
    private static final long VA = 0x7f0000000000L;
    private static final int VADDR = VfioType1.MAP_VADDR;
    private static final int WHOLE = VfioIommuType1DmaMap.SIZE;
    private static final int LIMIT = 3;

    private final ContainerProcess process = ContainerProcess.on("""
            dma-entry-limit: 3
            devices:
              - {address: "0000:00:10.0", model: edu, group: 0}
            """);
    private final long va = process.memory(16 * PAGE).address();

    @BeforeEach
    void mapSomething() {
        process.ready(0, V2);
        process.map(va, 2 * PAGE, MAPPED);
    }

    static Stream<Arguments> rows() {
        return Stream.of(
                row(Errno.EINVAL, WHOLE - 1, 8, -1, 0, -1),
                row(Errno.EINVAL, WHOLE, 8, -1, 0, -1),
                row(Errno.EINVAL, WHOLE, 0, -1, 0, -1),
                row(Errno.EOVERFLOW, WHOLE, 0, VA, 2 * PAGE, -PAGE),
                row(Errno.EOVERFLOW, WHOLE, 0, -PAGE, 2 * PAGE, MAPPED + 1),
                row(Errno.EINVAL, WHOLE, 0, VA, PAGE, MAPPED),
                row(Errno.EINVAL, WHOLE, RW | VADDR, VA, PAGE, MAPPED),
                row(Errno.EINVAL, WHOLE, RW, VA, PAGE, MAPPED + 1),
                row(Errno.EINVAL, WHOLE, RW, VA + 1, PAGE, MAPPED),
                row(Errno.EINVAL, WHOLE, RW, VA, PAGE + 1, MAPPED),
                row(Errno.EINVAL, WHOLE, VADDR, VA + 1, PAGE, GOOD),
                row(Errno.ENOENT, WHOLE, VADDR, VA, PAGE, GOOD),
                row(Errno.EINVAL, WHOLE, VADDR, VA, 2 * PAGE, MAPPED),
                row(Errno.EEXIST, WHOLE, RW, VA, PAGE, MAPPED),
                row(Errno.EEXIST, WHOLE, RW, VA, MSI, MAPPED - PAGE),
                row(Errno.EINVAL, WHOLE, RW, VA, PAGE, MSI),
                row(Errno.EINVAL, WHOLE, RW, VA, PAGE, 0x8000000000L),
                row(Errno.EINVAL, WHOLE, RW, VA, 0x200000, MSI - 0x100000),
                row(Errno.EINVAL, WHOLE, RW, VA, PAGE, -PAGE),
                row(Errno.EFAULT, WHOLE, RW, VA, PAGE, GOOD),
                row(Errno.EFAULT, WHOLE, RW, 0, PAGE, GOOD));
    }

    private static Arguments row(Errno errno, int declared, int flags, long va, long size, long iova) {
        return Arguments.of(errno, declared, flags, va, size, iova);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void theFirstBrokenRuleAnswers(Errno expected, int declared, int flags, long va, long size, long iova) {
        VfioIommuType1DmaMap map =
                VfioIommuType1DmaMap.allocate(Arena.ofAuto()).flags(flags).vaddr(va).size(size).iova(iova);
        map.declareSize(declared);
        assertThat(errno(process.kernel.ioctl(process.container, VfioType1.MAP_DMA, map.memory()))).isEqualTo(expected);
        assertThat(process.available()).as("entries left").isEqualTo(LIMIT - 1);
        assertThat(process.lockedKilobytes()).isEqualTo(8);
        assertThat(process.unmap(VfioType1.UNMAP_ALL, 0, 0)).as("what is mapped after a failure").isEqualTo(2 * PAGE);
    }

    @Test
    void aStructureThatIsNotThereIsAFault() {
        assertThat(errno(process.kernel.ioctl(process.container, VfioType1.MAP_DMA, 0L))).isEqualTo(Errno.EFAULT);
        assertThat(errno(process.kernel.ioctl(process.container, VfioType1.MAP_DMA, Arena.ofAuto().allocate(24))))
                .isEqualTo(Errno.EFAULT);
    }

    @Test
    void everyMappingCostsAnEntryAndUnmappingGivesItBack() {
        assertThat(process.map(va, 8 * PAGE, GOOD)).isZero();
        assertThat(process.map(va, PAGE, 2 * GOOD)).isZero();
        assertThat(process.available()).isZero();
        assertThat(errno(process.map(va, PAGE, MAPPED))).as("overlap comes first").isEqualTo(Errno.EEXIST);
        assertThat(errno(process.map(va, PAGE, MSI))).as("limits come later").isEqualTo(Errno.ENOSPC);
        assertThat(process.unmap(GOOD, 8 * PAGE)).isEqualTo(8 * PAGE);
        assertThat(process.map(va, PAGE, 3 * GOOD)).isZero();
    }

    @Test
    void aMappingThatFailsHalfWayLeavesNothingPinned() {
        assertThat(errno(process.map(va, 17 * PAGE, GOOD))).isEqualTo(Errno.EFAULT);
        assertThat(process.lockedKilobytes()).isEqualTo(8);
        assertThat(process.map(va, PAGE, GOOD)).isZero();
    }

    @Test
    void memoryThatTheProcessMayNotWriteIsMappedForReadingOnly() {
        long readOnly = process.process.memory(PAGE, Mman.PROT_READ).address();
        assertThat(errno(process.map(readOnly, PAGE, GOOD))).isEqualTo(Errno.EFAULT);
        assertThat(process.map(ContainerProcess.R, readOnly, PAGE, GOOD)).isZero();
    }

    @Test
    void theCoarsestIommuDecidesTheAlignment() {
        ContainerProcess coarse = ContainerProcess.on("""
                devices:
                  - {address: "0000:00:10.0", model: edu, group: 0, page-sizes: [16K, 2M]}
                  - {address: "0000:00:11.0", model: edu, group: 1, page-sizes: [512, 4K, 16K, 1M]}
                """);
        int group = coarse.ready(1, V2);
        assertThat(coarse.info().iovaPgsizes()).as("smaller than a page").isEqualTo(0x105000L);
        coarse.joined(0);
        assertThat(coarse.info().iovaPgsizes()).isEqualTo(0x4000L);
        assertThat(errno(coarse.map(va, PAGE, 0))).isEqualTo(Errno.EINVAL);
        assertThat(errno(coarse.unmap(PAGE, 4 * PAGE))).isEqualTo(Errno.EINVAL);
        assertThat(coarse.unset(group)).isZero();
        assertThat(coarse.info().iovaPgsizes()).isEqualTo(0x204000L);
    }
}

package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.emulator.ContainerProcess.V2;
import static org.pinion.emulator.Process.PAGE;
import static org.pinion.emulator.Process.errno;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.VfioType1;

/** What Linux 6.12 answers otherwise than 7.3, as seen on both. */
class OlderKernelTest {

    private static final int NESTING = 6;
    private static final long IOVA = 0x100000;
    private static final long LAST_PAGE = -PAGE;

    private static final String MIXED = """
            interface: 6.12
            devices:
              - {address: "0000:00:10.0", model: edu, group: 0}
              - {address: 83b8f4f2-509f-382f-3c1e-e6bfe0fa1001, model: mtty, group: 9}
            """;

    private final ContainerProcess process = ContainerProcess.on("""
            interface: 6.12
            iommu: {aperture: 0x0-0xffffffffffffffff}
            devices:
              - {address: "0000:00:10.0", model: edu, group: 0}
            """);
    private final long va = process.memory(16 * PAGE).address();
    private int group;

    @BeforeEach
    void join() {
        group = process.ready(0, V2);
    }

    @Test
    void theKindWithNestedPageTablesIsClaimedAndCannotBeChosenForAGroupBehindAnIommu() {
        assertThat(process.extension(NESTING)).isEqualTo(1);
        process.unset(group);
        process.set(group);
        assertThat(process.extension(NESTING)).isEqualTo(1);
        assertThat(errno(process.setIommu(NESTING))).isEqualTo(Errno.EINVAL);

        ContainerProcess newer = ContainerProcess.onLab();
        newer.joined(0);
        assertThat(newer.extension(NESTING)).isZero();
        assertThat(errno(newer.setIommu(NESTING))).isEqualTo(Errno.ENODEV);
    }

    @Test
    void theKindWithNestedPageTablesTakesMdevsAlone() {
        ContainerProcess mixed = ContainerProcess.on(MIXED);
        mixed.joined(9);
        assertThat(mixed.setIommu(NESTING)).isZero();
        int group = mixed.group(0);
        assertThat(errno(mixed.set(group))).isEqualTo(Errno.EINVAL);
    }

    @Test
    void whatIsMappedPastTheApertureOfAGroupThatJoinsIsAFault() {
        ContainerProcess mixed = ContainerProcess.on(MIXED);
        mixed.ready(9, V2);
        assertThat(mixed.map(mixed.memory(PAGE).address(), PAGE, 1L << 40)).isZero();
        assertThat(errno(mixed.set(mixed.group(0)))).isEqualTo(Errno.EFAULT);
    }

    @Test
    void writtenPagesUpToTheEndAreNotTold() {
        MemorySegment bitmap = ContainerProcess.bitmap(1, 0);
        assertThat(process.dirtyPages(VfioType1.DIRTY_PAGES_START)).isZero();
        assertThat(process.dirtyPages(2 * LAST_PAGE, PAGE, PAGE, bitmap)).isZero();
        assertThat(errno(process.dirtyPages(LAST_PAGE, PAGE, PAGE, bitmap))).isEqualTo(Errno.EINVAL);
        assertThat(errno(process.dirtyPages(LAST_PAGE, 2 * PAGE, PAGE, bitmap))).isEqualTo(Errno.EINVAL);
    }

    @Test
    void whatReachesPastTheEndOfAllAddressesIsInvalid() {
        assertThat(errno(process.map(va, 2 * PAGE, LAST_PAGE))).isEqualTo(Errno.EINVAL);
        assertThat(errno(process.map(LAST_PAGE, 2 * PAGE, IOVA))).isEqualTo(Errno.EINVAL);
        assertThat(errno(process.unmap(LAST_PAGE, 2 * PAGE))).isEqualTo(Errno.EINVAL);
    }

    @Test
    void aMappingOfTheLastPageIsNotFoundAgain() {
        assertThat(process.map(va, PAGE, LAST_PAGE)).isZero();
        assertThat(process.map(va, PAGE, LAST_PAGE)).as("again").isZero();
        assertThat(process.unmap(LAST_PAGE, PAGE)).isZero();
        assertThat(process.unmap(2 * LAST_PAGE, PAGE)).isZero();
    }

    @Test
    void nothingIsFoundInARangeThatEndsWithTheLastOfAllAddresses() {
        assertThat(process.map(va, 4 * PAGE, IOVA)).isZero();
        assertThat(process.unmap(IOVA, -IOVA)).isZero();
        assertThat(process.unmap(0, LAST_PAGE)).isEqualTo(4 * PAGE);
        assertThat(process.map(va, 4 * PAGE, IOVA)).isZero();
        assertThat(process.unmap(VfioType1.UNMAP_ALL, 0, 0)).isEqualTo(4 * PAGE);
    }

    @Test
    void iommufdLooksAtTheLengthBeforeTheEndOfTheMemory() {
        Process iommufd = process.process;
        int ioas = iommufd.ioas();
        assertThat(errno(iommufd.map(ioas, va, LAST_PAGE, 0))).isEqualTo(Errno.EINVAL);
        assertThat(errno(iommufd.map(ioas, LAST_PAGE, 2 * PAGE, 0))).isEqualTo(Errno.EOVERFLOW);

        Process newer = ContainerProcess.onLab().process;
        assertThat(errno(newer.map(newer.ioas(), va, LAST_PAGE, 0))).isEqualTo(Errno.EOVERFLOW);
    }
}

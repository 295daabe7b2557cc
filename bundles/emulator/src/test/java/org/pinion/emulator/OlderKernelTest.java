package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.emulator.ContainerProcess.V2;
import static org.pinion.emulator.Process.PAGE;
import static org.pinion.emulator.Process.errno;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.VfioType1;

/** What Linux 6.12 answers otherwise than 7.3, as seen on both. */
class OlderKernelTest {

    private static final int NESTING = 6;
    private static final long IOVA = 0x100000;
    private static final long LAST_PAGE = -PAGE;

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
    void theKindWithNestedPageTablesIsClaimedAndCannotBeChosen() {
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

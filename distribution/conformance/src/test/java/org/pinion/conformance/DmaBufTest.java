package org.pinion.conformance;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.pinion.linux.Errno;

/** Memory of a device, mapped from a dma-buf that can be revoked. */
@OnEveryIoas
@DisplayName("iommufd_ioas")
class DmaBufTest extends IoasFixture {

    private static final long SIZE = 4 * PAGE;

    @BeforeEach
    void dmaBufsAreThere() {
        KernelUnderTest.requires(7, 0);
    }

    @Test
    @DisplayName("dmabuf_simple")
    void aDmaBufIsMappedWithinItsBounds() {
        int file = Expect.id(mock.dmaBuf(SIZE));
        Expect.fails(Errno.EINVAL, iommufd.mapFile(ioas, file, 0, 0));
        Expect.fails(Errno.EINVAL, iommufd.mapFile(ioas, file, SIZE, SIZE));
        Expect.fails(Errno.EINVAL, iommufd.mapFile(ioas, file, 0, SIZE + 1));
        Expect.succeeds(iommufd.mapFile(ioas, file, 0, SIZE));
        Expect.succeeds(iommufd.kernel.close(file));
    }

    @Test
    @DisplayName("dmabuf_revoke")
    void whatIsRevokedIsMappedNoMoreUntilItIsRestored() {
        int file = Expect.id(mock.dmaBuf(SIZE));
        long iova = Expect.succeeds(iommufd.mapFile(ioas, file, 0, SIZE));
        Expect.succeeds(mock.revoke(file, true));
        if (attached()) {
            Expect.succeeds(iommufd.pageTable(device.id(), ioas, 0));
        }
        Expect.fails(Errno.ENODEV, iommufd.mapFile(ioas, file, 0, SIZE));
        Expect.succeeds(mock.revoke(file, false));
        Expect.succeeds(iommufd.mapFile(ioas, file, 0, SIZE));
        unmap(iova, SIZE);
        Expect.succeeds(iommufd.mapFileAt(ioas, file, 0, SIZE, iova));
        Expect.succeeds(iommufd.kernel.close(file));
    }
}

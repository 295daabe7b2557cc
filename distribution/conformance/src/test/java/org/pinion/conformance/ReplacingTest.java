package org.pinion.conformance;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.Iommufd;

/** Moving devices and drivers from one address space or page table to another. */
@OnEveryKindOfPages
@DisplayName("iommufd_mock_domain")
class ReplacingTest extends PagesFixture {

    @Test
    @DisplayName("user_copy")
    void whatADriverHasPinnedIsCopiedToAPageTable() {
        Pages pages = variant.file ? file(BUFFER_SIZE, false) : new Pages(bufferMemory, -1);
        int first = iommufd.ioas();
        long iova = Expect.succeeds(map(first, pages, 0, BUFFER_SIZE));
        int access = Expect.id(mock.access(first, Mock.PINS_PAGES));
        pinAndCopy(access, first, iova, pages);
        int second = iommufd.ioas();
        iova = Expect.succeeds(map(second, pages, 0, BUFFER_SIZE));
        Expect.succeeds(mock.moveAccess(access, second));
        Expect.equal(BUFFER_SIZE, iommufd.unmap(ioas, Mock.APERTURE_START, BUFFER_SIZE));
        Expect.succeeds(iommufd.destroy(first));
        int pinned = pinAndCopy(access, second, iova, pages);
        Expect.succeeds(mock.unpin(access, pinned));
        Expect.succeeds(iommufd.kernel.close(access));
        Expect.succeeds(iommufd.destroy(second));
    }

    private int pinAndCopy(int access, int from, long iova, Pages pages) {
        int pinned = Expect.id(mock.pin(access, iova, BUFFER_SIZE, pages.address()));
        Expect.succeeds(iommufd.copy(ioas, from, BUFFER_SIZE, Mock.APERTURE_START, iova));
        checkMapped(pageTables(), pages.address(), Mock.APERTURE_START, BUFFER_SIZE);
        return pinned;
    }

    @Test
    @DisplayName("replace")
    void aDeviceMovesAndItsOldPageTableGoesIfNobodyElseUsesIt() {
        Mock.Device device = devices.getFirst();
        int other = iommufd.ioas();
        Expect.succeeds(mock.replace(device, other));
        if (variant.devices == 1) {
            Expect.fails(Errno.ENOENT, mock.replace(device, device.pageTable()));
        }
        Expect.succeeds(mock.replace(device, other));
        if (variant.devices > 1) {
            Expect.succeeds(mock.replace(device, devices.get(1).pageTable()));
            Expect.succeeds(mock.replace(device, devices.get(1).pageTable()));
            Expect.succeeds(mock.replace(device, device.pageTable()));
        }
        Expect.succeeds(mock.replace(device, ioas));
        Expect.succeeds(iommufd.destroy(other));
    }

    @Test
    @DisplayName("alloc_hwpt")
    void aDeviceRotatesThroughPageTablesMadeForIt() {
        for (Mock.Device device : devices) {
            Expect.fails(Errno.EOPNOTSUPP,
                    iommufd.pageTable(device.id(), ioas, ~Iommufd.HWPT_ALLOC_NEST_PARENT));
            int plain = Expect.id(iommufd.pageTable(device.id(), ioas, 0));
            int parent = Expect.id(iommufd.pageTable(device.id(), ioas, Iommufd.HWPT_ALLOC_NEST_PARENT));
            for (int table : new int[] {plain, parent}) {
                Expect.succeeds(mock.replace(device, table));
                Expect.fails(Errno.EBUSY, iommufd.destroy(table));
            }
            Expect.succeeds(mock.replace(device, ioas));
            Expect.succeeds(iommufd.destroy(parent));
            Expect.succeeds(iommufd.destroy(mock.attach(plain).handle()));
            Expect.succeeds(iommufd.destroy(plain));
        }
    }
}

package org.pinion.conformance;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.pinion.linux.Errno;

/** When an address space can be destroyed, and what can be attached to it. */
@OnEveryIoas
@DisplayName("iommufd_ioas")
class AddressSpaceLifeTest extends IoasFixture {

    @Test
    @DisplayName("ioas_auto_destroy")
    void closingTheIommufdDestroysIt() {
        Expect.succeeds(ioas);
    }

    @Test
    @DisplayName("ioas_destroy")
    void itIsBusyWhileADeviceIsAttached() {
        destroyUnlessAttached();
    }

    private void destroyUnlessAttached() {
        if (attached()) {
            Expect.fails(Errno.EBUSY, iommufd.destroy(ioas));
        } else {
            Expect.succeeds(iommufd.destroy(ioas));
        }
    }

    @Test
    @DisplayName("hwpt_attach")
    void aDeviceIsAttachedToAPageTableDirectly() {
        Mock.Device other = mock.tryAttach(device.pageTable());
        if (attached()) {
            Expect.succeeds(other.answer());
        } else {
            Expect.fails(Errno.ENOENT, other.answer());
        }
    }

    @Test
    @DisplayName("ioas_area_destroy")
    void whatIsMappedDoesNotKeepIt() {
        map(buffer, PAGE, base);
        destroyUnlessAttached();
    }

    @Test
    @DisplayName("ioas_area_auto_destroy")
    void closingTheIommufdUnmapsAll() {
        for (int i = 0; i < 10; i++) {
            map(buffer, PAGE, base + i * PAGE);
        }
    }
}

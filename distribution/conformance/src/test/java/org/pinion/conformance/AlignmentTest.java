package org.pinion.conformance;

import static org.pinion.linux.uapi.Iommufd.OPTION_HUGE_PAGES;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.pinion.linux.Errno;

/** What has to be a multiple of what. */
@OnEveryIoas
@DisplayName("iommufd_ioas")
class AlignmentTest extends IoasFixture {

    @Test
    @DisplayName("ioas_option_huge_pages")
    void hugePagesAreAnOptionOfEveryAddressSpace() {
        Expect.equal(1, iommufd.option(OPTION_HUGE_PAGES, ioas));
        Expect.succeeds(iommufd.setOption(OPTION_HUGE_PAGES, ioas, 0));
        Expect.equal(0, iommufd.option(OPTION_HUGE_PAGES, ioas));
        Expect.fails(Errno.EINVAL, iommufd.setOption(OPTION_HUGE_PAGES, ioas, 2));
        Expect.succeeds(iommufd.setOption(OPTION_HUGE_PAGES, ioas, 1));
    }

    @Test
    @DisplayName("ioas_iova_alloc")
    void anyLengthIsMappedIfNoPageTableWantsMore() {
        for (long length = 1; length < 2 * PAGE; length++) {
            long iova = iommufd.map(ioas, buffer, length);
            if (attached() && length % Mock.PAGE != 0) {
                Expect.fails(Errno.EINVAL, iova);
            } else {
                unmap(Expect.succeeds(iova), length);
            }
        }
    }

    /** With a page table and something mapped the option cannot be changed. */
    @Test
    @DisplayName("ioas_align_change")
    void withoutHugePagesAllIsAlignedToPages() {
        if (attached()) {
            map(buffer, PAGE, base);
            Expect.fails(Errno.EINVAL, iommufd.setOption(OPTION_HUGE_PAGES, ioas, 0));
            return;
        }
        long second = Mock.APERTURE_START + PAGE;
        map(buffer, PAGE, Mock.APERTURE_START);
        Expect.succeeds(iommufd.setOption(OPTION_HUGE_PAGES, ioas, 0));
        Expect.fails(Errno.EINVAL, iommufd.mapAt(ioas, buffer + Mock.PAGE, PAGE, second));
        Expect.succeeds(iommufd.setOption(OPTION_HUGE_PAGES, ioas, 0));
        Expect.succeeds(iommufd.setOption(OPTION_HUGE_PAGES, ioas, 1));
        map(buffer + Mock.PAGE, PAGE, second);
        Expect.fails(Errno.EADDRINUSE, iommufd.setOption(OPTION_HUGE_PAGES, ioas, 0));
        unmap(second, PAGE);
        unmap(Mock.APERTURE_START, PAGE);
    }
}

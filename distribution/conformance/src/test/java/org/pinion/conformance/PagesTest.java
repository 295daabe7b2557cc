package org.pinion.conformance;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.pinion.linux.Errno;

/** The pages that a page table leads to are the process's, whatever begins and ends wherever. */
@OnEveryKindOfPages
@DisplayName("iommufd_mock_domain")
class PagesTest extends PagesFixture {

    @Test
    @DisplayName("basic")
    void whatIsNotThereIsNotMapped() {
        if (variant.file) {
            mapOneOf(file(BUFFER_SIZE, false));
            pastTheEndOfAFile();
        } else {
            mapOneOf(new Pages(bufferMemory, -1));
            pastTheEndOfMemory();
        }
    }

    private void mapOneOf(Pages pages) {
        long iova = Expect.succeeds(map(ioas, pages, 0, PAGE));
        checkMapped(pageTables(), pages.address(), iova, PAGE);
    }

    private void pastTheEndOfAFile() {
        Pages pages = file(size(), false);
        Expect.fails(Errno.EINVAL, map(ioas, pages, 0, size() + 1));
        Expect.succeeds(iommufd.kernel.ftruncate(pages.file(), 0));
        Expect.fails(Errno.EINVAL, map(ioas, pages, 0, size()));
    }

    /** Half of it, then all of it is taken away. */
    private void pastTheEndOfMemory() {
        Pages pages = file(size(), variant.hugePages);
        Expect.succeeds(iommufd.kernel.ftruncate(pages.file(), size() / 2));
        Expect.fails(Errno.EFAULT, iommufd.map(ioas, pages.address(), size()));
        Expect.succeeds(iommufd.map(ioas, pages.address(), size() / 2));
        Expect.succeeds(iommufd.unmapAll(ioas));
        memory.unmap(pages.memory());
        Expect.fails(Errno.EFAULT, iommufd.map(ioas, pages.address(), size()));
    }

    @Test
    @DisplayName("all_aligns")
    void everyAlignmentLeadsToTheRightPages() {
        forEveryAlignment((pages, start, length) -> {
            long iova = Expect.succeeds(map(ioas, pages, start, length));
            checkMapped(pageTables(), pages.address() + start, iova, length);
            checkPinnedOnce(pages, start, length);
            Expect.equal(length, iommufd.unmap(ioas, iova, length));
        });
    }

    @Test
    @DisplayName("all_aligns_copy")
    void aPageTableThatComesLaterLeadsToTheSamePages() {
        forEveryAlignment((pages, start, length) -> {
            long iova = Expect.succeeds(map(ioas, pages, start, length));
            Mock.Device later = mock.attach(ioas);
            List<Integer> tables = new ArrayList<>(pageTables());
            tables.add(later.pageTable());
            checkMapped(tables, pages.address() + start, iova, length);
            checkPinnedOnce(pages, start, length);
            Expect.succeeds(iommufd.destroy(later.handle()));
            Expect.equal(length, iommufd.unmap(ioas, iova, length));
        });
    }

    /** What is done with a part of memory. */
    @FunctionalInterface
    private interface Part {
        void use(Pages pages, long start, long length);
    }

    /** Every start and end in small memory; in huge pages some starts, each to the end. */
    private void forEveryAlignment(Part part) {
        Pages pages = pages();
        Expect.succeeds(mock.checkPins(pages.address(), size(), 0));
        for (long start = 0; start < size(); start += variant.hugePages ? size() / 16 : Mock.PAGE) {
            if (variant.hugePages) {
                part.use(pages, start, size() - start);
            } else {
                for (long end = start + Mock.PAGE; end < size(); end += Mock.PAGE) {
                    part.use(pages, start, end - start);
                }
            }
        }
        Expect.succeeds(mock.checkPins(pages.address(), size(), 0));
    }

    private void checkPinnedOnce(Pages pages, long start, long length) {
        long first = start / PAGE * PAGE;
        long end = (start + length) / PAGE * PAGE;
        Expect.succeeds(mock.checkPins(pages.address() + first, end - first, 1));
    }
}

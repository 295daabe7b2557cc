package org.pinion.conformance;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;

/** An address space with one or two mock devices, and memory of a kind. */
abstract class PagesFixture extends IommufdFixture {

    /**
     * Memory to be mapped.
     *
     * @param memory where the process has it
     * @param file the file that it is, -1 for none
     */
    record Pages(MemorySegment memory, int file) {

        long address() {
            return memory.address();
        }
    }

    @Parameter
    PageVariant variant;

    final int ioas = iommufd.ioas();
    final List<Mock.Device> devices = new ArrayList<>();

    @BeforeEach
    final void attachDevices() {
        if (variant.file) {
            KernelUnderTest.requires(6, 13);
        }
        for (int i = 0; i < variant.devices; i++) {
            devices.add(mock.attach(ioas));
            if (KernelUnderTest.has(6, 14)) {
                mock.checkCaches(devices.getFirst());
            }
        }
    }

    final long size() {
        return variant.hugePages ? 2 * TestMemory.HUGE_PAGE : 8 * PAGE;
    }

    /** Memory of the variant's kind. */
    final Pages pages() {
        if (variant.file) {
            return file(size(), false);
        }
        return new Pages(variant.hugePages ? memory.hugePages(size()) : memory.pages(size()), -1);
    }

    final Pages file(long bytes, boolean hugePages) {
        int file = memory.file(bytes, hugePages);
        return new Pages(memory.fileMemory(file, bytes), file);
    }

    /** Maps a part of memory by its file, if it has one, or by its address. */
    final long map(int into, Pages pages, long start, long length) {
        return pages.file < 0
                ? iommufd.map(into, pages.address() + start, length)
                : iommufd.mapFile(into, pages.file, start, length);
    }

    final void checkMapped(List<Integer> pageTables, long address, long iova, long length) {
        for (int pageTable : pageTables) {
            Expect.succeeds(mock.checkMapped(pageTable, iova, length, address));
        }
    }

    final List<Integer> pageTables() {
        return devices.stream().map(Mock.Device::pageTable).toList();
    }
}

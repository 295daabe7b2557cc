package org.pinion.emulator.iommufd;

import org.pinion.emulator.memory.Pages;
import org.pinion.emulator.syscall.SyscallException;

/**
 * A mapped range of IO virtual addresses ({@code struct iopt_area}).
 *
 * @param start first address
 * @param last last address
 * @param pages the memory it shows
 * @param startByte where in that memory it begins
 * @param readable whether a device may read
 * @param writable whether a device may write
 */
record Area(long start, long last, AreaMemory pages, long startByte, boolean readable, boolean writable)
        implements Translated {

    long length() {
        return last - start + 1;
    }

    /** Whether the area, and where in its page it begins, are multiples of an alignment. */
    boolean alignedTo(long alignment) {
        return ((start | length() | startByte & (Pages.SIZE - 1)) & (alignment - 1)) == 0;
    }

    Area upTo(long iova) {
        return new Area(start, iova, pages, startByte, readable, writable);
    }

    Area after(long iova) {
        return new Area(iova + 1, last, pages, startByte + (iova + 1 - start), readable, writable);
    }

    void pin() throws SyscallException {
        pages.pin(firstPage(), lastPage());
    }

    void unpin() {
        pages.unpin(firstPage(), lastPage());
    }

    @Override
    public boolean answers() {
        return pages.answers();
    }

    /** The area must be pinned. */
    @Override
    public Chunk locate(long iova, long atMost) {
        long left = last - iova + 1;
        long here = left == 0 ? atMost : Long.compareUnsigned(left, atMost) < 0 ? left : atMost;
        return pages.locate(startByte + (iova - start), here);
    }

    private long firstPage() {
        return startByte / Pages.SIZE;
    }

    private long lastPage() {
        return Long.divideUnsigned(startByte + (length() - 1), Pages.SIZE);
    }
}

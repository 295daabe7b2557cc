package org.pinion.emulator.iommufd;

import java.util.List;
import java.util.TreeSet;
import org.pinion.emulator.host.IommuGeometry;
import org.pinion.emulator.host.IovaRange;
import org.pinion.emulator.memory.Pages;

/**
 * The pages of a page table that devices wrote ({@code struct iommu_dirty_ops}), each by where it begins. An IOMMU
 * remembers whole pages of its own, which may be bigger or smaller than the processor's. Guarded by the iommufd's
 * lock.
 */
final class WrittenPages {

    /** Takes a page that was written. */
    @FunctionalInterface
    interface Reader {
        void page(long start, long last);
    }

    private final Ioas ioas;
    private final IommuGeometry geometry;
    private final TreeSet<Long> written = new TreeSet<>(Long::compareUnsigned);
    private boolean tracking;

    WrittenPages(Ioas ioas, IommuGeometry geometry) {
        this.ioas = ioas;
        this.geometry = geometry;
    }

    boolean tracking() {
        return tracking;
    }

    /** Starting forgets what was written before. */
    void track(boolean enable) {
        if (enable) {
            written.clear();
        }
        tracking = enable;
    }

    /** A device wrote at an address; of no consequence where nothing is mapped. Whether something is. */
    boolean write(long iova) {
        Area area = ioas.areaAt(iova);
        if (area != null) {
            written.add(pageAt(area, iova).start());
        }
        return area != null;
    }

    /**
     * Tells what was written in a range, up to the first address that is not mapped.
     *
     * @param range the range
     * @param keep whether it is remembered
     * @param reader takes it
     */
    void read(IovaRange range, boolean keep, Reader reader) {
        long next = range.start();
        for (Area area = ioas.areaAt(next); area != null; area = ioas.areaAt(next)) {
            long last = Long.compareUnsigned(area.last(), range.last()) < 0 ? area.last() : range.last();
            read(area, next, last, keep, reader);
            if (last == range.last()) {
                return;
            }
            next = last + 1;
        }
    }

    private void read(Area area, long first, long last, boolean keep, Reader reader) {
        long from = pageAt(area, first).start();
        for (Long start : List.copyOf(written.subSet(from, true, last, true))) {
            reader.page(start, pageAt(area, start).last());
            if (!keep) {
                written.remove(start);
            }
        }
    }

    /** What is unmapped has no pages any more. */
    void unmapped(long start, long last) {
        written.subSet(start, true, last, true).clear();
    }

    /** The biggest page of the IOMMU that holds an address and fits the area and the memory behind it. */
    private IovaRange pageAt(Area area, long iova) {
        long best = geometry.smallestPage();
        for (long size : geometry.pageSizes()) {
            if ((Long.compareUnsigned(size, Pages.SIZE) <= 0 || ioas.largePages()) && fits(area, iova & -size, size)) {
                best = size;
            }
        }
        return new IovaRange(iova & -best, (iova & -best) + (best - 1));
    }

    /** Registers fit nothing: nobody writes them, and they lie nowhere in memory. */
    private static boolean fits(Area area, long start, long size) {
        if (!area.answers() || Long.compareUnsigned(start, area.start()) < 0
                || Long.compareUnsigned(start + (size - 1), area.last()) > 0) {
            return false;
        }
        Chunk chunk = area.locate(start, size);
        return chunk.bytes() == size && (chunk.offset() & size - 1) == 0;
    }
}

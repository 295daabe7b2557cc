package org.pinion.emulator.iommufd;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.pinion.emulator.host.IovaRange;
import org.pinion.emulator.host.ReservedRegion;
import org.pinion.emulator.host.ReservedType;
import org.pinion.emulator.memory.Pages;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/**
 * An IO address space ({@code struct io_pagetable} in drivers/iommu/iommufd/io_pagetable.c): what is mapped, what is
 * reserved, and which page tables show it. While it has no page table nothing is pinned. Guarded by the iommufd's
 * lock.
 */
final class Ioas extends IommufdObject {

    private final AreaTree areas = new AreaTree();
    private final ReservedIovas reserved = new ReservedIovas();
    private final List<PageTable> domains = new ArrayList<>();
    private final List<EmulatedAccess> accesses = new ArrayList<>();
    private List<IovaRange> allowed = List.of();
    private boolean largePagesDisabled;
    private long alignment = 1;

    /** The memory of an area that is to be made. */
    record Slice(AreaMemory pages, long startByte, long length) {}

    long alignment() {
        return alignment;
    }

    /** The page tables of this address space, in the order in which they came. */
    List<PageTable> domains() {
        return List.copyOf(domains);
    }

    /** The area at an address that a page table shows, or null. */
    Area areaAt(long iova) {
        Area area = areas.at(iova);
        return area != null && area.pages().shown() ? area : null;
    }

    /** The area at an address, whether a page table shows it or not; or null. */
    Area mappedAt(long iova) {
        return areas.at(iova);
    }

    /** What is mapped, by address. */
    Collection<Area> mapped() {
        return areas.all();
    }

    /** Whether nothing is mapped in a range. */
    boolean isFree(long start, long last) {
        return areas.firstIn(start, last) == null;
    }

    /** The usable ranges, mapped or not. */
    List<IovaRange> usable() {
        return reserved.holes();
    }

    /** Chooses an IO virtual address for memory; see {@link FreeIova} for the errors. */
    long chooseIova(Slice first, long length) throws SyscallException {
        requireLength(length);
        long address = first.pages.base() + first.startByte;
        return new FreeIova(areas, reserved, address, length, alignment).find(allowed);
    }

    /** Checks that a range can be mapped: EINVAL misaligned or reserved, EOVERFLOW past the end, EEXIST mapped. */
    void checkFixed(long iova, long length) throws SyscallException {
        requireLength(length);
        SyscallException.require((iova & (alignment - 1)) == 0, Errno.EINVAL);
        long last = iova + (length - 1);
        SyscallException.require(Long.compareUnsigned(last, iova) >= 0, Errno.EOVERFLOW);
        SyscallException.require(!reserved.touches(iova, last), Errno.EINVAL);
        SyscallException.require(areas.firstIn(iova, last) == null, Errno.EEXIST);
    }

    private void requireLength(long length) throws SyscallException {
        SyscallException.require(length != 0 && (length & (alignment - 1)) == 0, Errno.EINVAL);
    }

    /** Makes an area of each slice, one after the other, and pins them if there is a page table: all or none. */
    void map(long iova, List<Slice> slices, boolean readable, boolean writable) throws SyscallException {
        List<Area> made = new ArrayList<>(slices.size());
        long next = iova;
        for (Slice slice : slices) {
            made.add(area(next, slice, readable, writable));
            next += slice.length;
        }
        if (!domains.isEmpty()) {
            pinAll(made, domains);
        }
        made.forEach(areas::add);
    }

    private Area area(long iova, Slice slice, boolean readable, boolean writable) throws SyscallException {
        SyscallException.require(!writable || slice.pages.writable(), Errno.EPERM);
        SyscallException.require((slice.startByte & (Pages.SIZE - 1) & (alignment - 1)) == 0, Errno.EINVAL);
        return new Area(iova, iova + (slice.length - 1), slice.pages, slice.startByte, readable, writable);
    }

    /** Drivers of most IOMMUs refuse what may be neither read nor written; only a container's requests ask for it. */
    private static void requireTranslatable(Area area, List<PageTable> by) throws SyscallException {
        boolean fits = area.readable() || area.writable()
                || by.stream().allMatch(domain -> domain.geometry().mapsWithoutAccess());
        SyscallException.require(fits, Errno.EINVAL);
    }

    /** All or none; an area is pinned before it is translated. */
    private static void pinAll(Iterable<Area> wanted, List<PageTable> by) throws SyscallException {
        List<Area> pinned = new ArrayList<>();
        try {
            for (Area area : wanted) {
                area.pin();
                pinned.add(area);
                requireTranslatable(area, by);
            }
        } catch (SyscallException e) {
            pinned.forEach(Area::unpin);
            throw e;
        }
    }

    /**
     * The memory behind a range that is mapped without a gap: EINVAL empty, EOVERFLOW past the end, ENOENT at a gap.
     */
    List<Slice> slices(long iova, long length) throws SyscallException {
        SyscallException.require(length != 0, Errno.EINVAL);
        long last = iova + (length - 1);
        SyscallException.require(Long.compareUnsigned(last, iova) >= 0, Errno.EOVERFLOW);
        List<Slice> slices = new ArrayList<>(1);
        long next = iova;
        while (true) {
            Area area = areas.at(next);
            SyscallException.require(area != null, Errno.ENOENT);
            long end = Long.compareUnsigned(area.last(), last) < 0 ? area.last() : last;
            slices.add(new Slice(area.pages(), area.startByte() + (next - area.start()), end - next + 1));
            if (end == last) {
                return slices;
            }
            next = end + 1;
        }
    }

    /**
     * What removing a range has come to.
     *
     * @param bytes how much was removed
     * @param stopped whether it met an area that reaches out of the range
     */
    record Unmapped(long bytes, boolean stopped) {}

    /** As {@link #remove}, with ENOENT if it stops; what is gone by then is gone, as in the kernel. */
    long unmap(long start, long last) throws SyscallException {
        Unmapped unmapped = remove(start, last);
        SyscallException.require(!unmapped.stopped, Errno.ENOENT);
        return unmapped.bytes;
    }

    /** Removes the areas inside a range, lowest first, until one reaches out of the range. */
    Unmapped remove(long start, long last) {
        long removed = 0;
        for (Area area = areas.firstIn(start, last); area != null; area = areas.firstIn(start, last)) {
            boolean inside = Long.compareUnsigned(area.start(), start) >= 0
                    && Long.compareUnsigned(area.last(), last) <= 0;
            if (!inside) {
                return new Unmapped(removed, true);
            }
            remove(area);
            removed += area.length();
        }
        return new Unmapped(removed, false);
    }

    /**
     * Cuts the area that goes on after an address, unless that is its first one: EOPNOTSUPP if it is a dma-buf's,
     * EINVAL if the cut is not aligned, or a driver has pinned pages of the area (iopt_area_split).
     */
    void cutAfter(long iova) throws SyscallException {
        Area area = areas.at(iova);
        if (area == null || area.start() == iova || area.last() == iova) {
            return;
        }
        SyscallException.require(!(area.pages() instanceof DevicePages), Errno.EOPNOTSUPP);
        SyscallException.require((iova + 1 & (alignment - 1)) == 0, Errno.EINVAL);
        boolean pinned = accesses.stream().anyMatch(access -> access.hasPinned(area.start(), area.last()));
        SyscallException.require(!pinned, Errno.EINVAL);
        areas.remove(area);
        areas.add(area.upTo(iova));
        areas.add(area.after(iova));
    }

    /** A bit for every size of page that all page tables have; a processor's page stands for all that are smaller. */
    long pageSizes() {
        long sizes = -1L;
        for (PageTable domain : domains) {
            sizes &= domain.geometry().pageSizeBits();
        }
        long whole = (sizes & (Pages.SIZE - 1)) == 0 ? sizes : sizes & -Pages.SIZE | Pages.SIZE;
        return Long.compareUnsigned(whole, alignment) < 0 ? alignment : whole;
    }

    private void remove(Area area) {
        accesses.forEach(access -> access.unmapping(area.start(), area.last()));
        domains.forEach(domain -> {
            if (domain.written() != null) {
                domain.written().unmapped(area.start(), area.last());
            }
        });
        areas.remove(area);
        if (!domains.isEmpty()) {
            area.unpin();
        }
    }

    /**
     * Limits automatic choice of addresses to ranges, which from now on nothing may reserve: EADDRINUSE if reserved.
     */
    void allow(List<IovaRange> ranges) throws SyscallException {
        for (IovaRange range : ranges) {
            SyscallException.require(!reserved.touches(range.start(), range.last()), Errno.EADDRINUSE);
        }
        allowed = joined(ranges);
    }

    /** Ranges that meet are one, when an address is chosen. */
    private static List<IovaRange> joined(List<IovaRange> sorted) {
        List<IovaRange> joined = new ArrayList<>(sorted.size());
        for (IovaRange range : sorted) {
            boolean meets = !joined.isEmpty() && joined.getLast().last() + 1 == range.start();
            long start = meets ? joined.removeLast().start() : range.start();
            joined.add(new IovaRange(start, range.last()));
        }
        return List.copyOf(joined);
    }

    /** Reserves what a device cannot use: EADDRINUSE if that is mapped or promised; then nothing of it is reserved. */
    void reserveFor(PhysicalDevice device) throws SyscallException {
        try {
            for (ReservedRegion region : device.iommu().reserved()) {
                if (region.type() != ReservedType.DIRECT_RELAXABLE) {
                    reserve(region.range(), device);
                }
            }
        } catch (SyscallException e) {
            reserved.removeOf(device);
            throw e;
        }
    }

    /** Reserves a range for nobody, for good: EADDRINUSE if it is mapped or promised. */
    void reserve(IovaRange range) throws SyscallException {
        reserve(range, this);
    }

    void unreserve(Object owner) {
        reserved.removeOf(owner);
    }

    private void reserve(IovaRange range, Object owner) throws SyscallException {
        boolean promised = allowed.stream().anyMatch(one -> one.touches(range.start(), range.last()));
        SyscallException.require(!promised && areas.firstIn(range.start(), range.last()) == null, Errno.EADDRINUSE);
        reserved.add(range, owner);
    }

    /**
     * Lets a page table show this address space: EINVAL if its pages are bigger than the processor's, EADDRINUSE if
     * something is mapped misaligned or outside its aperture, and what pinning answers. On failure nothing has
     * changed.
     */
    void addDomain(PageTable domain) throws SyscallException {
        SyscallException.require(domain.bytes() <= Pages.SIZE, Errno.EINVAL);
        long raised = Math.max(alignment, domain.bytes());
        requireAligned(raised);
        try {
            reserveOutside(domain.aperture(), domain);
            if (domains.isEmpty()) {
                pinAll(areas.all(), List.of(domain));
            }
            for (Area area : areas.all()) {
                requireTranslatable(area, List.of(domain));
            }
        } catch (SyscallException e) {
            reserved.removeOf(domain);
            throw e;
        }
        domains.add(domain);
        alignment = raised;
    }

    private void reserveOutside(IovaRange aperture, PageTable domain) throws SyscallException {
        if (aperture.start() != 0) {
            reserve(new IovaRange(0, aperture.start() - 1), domain);
        }
        if (aperture.last() != -1L) {
            reserve(new IovaRange(aperture.last() + 1, -1L), domain);
        }
    }

    void removeDomain(PageTable domain) {
        reserved.removeOf(domain);
        domains.remove(domain);
        if (domains.isEmpty()) {
            areas.all().forEach(Area::unpin);
        }
        alignment = neededAlignment();
    }

    /** Lets a driver use this address space: EADDRINUSE if something is mapped misaligned. */
    void addAccess(EmulatedAccess access) throws SyscallException {
        long raised = Math.max(alignment, access.bytes());
        requireAligned(raised);
        accesses.add(access);
        alignment = raised;
    }

    void removeAccess(EmulatedAccess access) {
        accesses.remove(access);
        alignment = neededAlignment();
    }

    private void requireAligned(long wanted) throws SyscallException {
        if (wanted != alignment) {
            for (Area area : areas.all()) {
                SyscallException.require(area.alignedTo(wanted), Errno.EADDRINUSE);
            }
        }
    }

    private long neededAlignment() {
        long needed = largePagesDisabled ? Pages.SIZE : 1;
        for (PageTable domain : domains) {
            needed = Math.max(needed, domain.bytes());
        }
        for (EmulatedAccess access : accesses) {
            needed = Math.max(needed, access.bytes());
        }
        return needed;
    }

    boolean largePages() {
        return !largePagesDisabled;
    }

    /**
     * Goes without large IOMMU pages: EINVAL if a page table already shows something, EADDRINUSE if that is
     * misaligned.
     */
    void disableLargePages() throws SyscallException {
        if (largePagesDisabled) {
            return;
        }
        SyscallException.require(domains.isEmpty() || areas.isEmpty(), Errno.EINVAL);
        long raised = Math.max(alignment, Pages.SIZE);
        requireAligned(raised);
        largePagesDisabled = true;
        alignment = raised;
    }

    void enableLargePages() {
        largePagesDisabled = false;
        alignment = neededAlignment();
    }
}

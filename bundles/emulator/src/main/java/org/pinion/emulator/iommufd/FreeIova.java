package org.pinion.emulator.iommufd;

import java.util.List;
import org.pinion.emulator.host.IovaRange;
import org.pinion.emulator.memory.Pages;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/**
 * Finds the lowest free IO virtual address for a mapping that does not name one (iopt_alloc_iova in io_pagetable.c).
 */
final class FreeIova {

    /** Bytes of a page of the second level, which transparent huge pages can fill. */
    private static final long HUGE_PAGE = 2L << 20;

    /** Without a list of allowed ranges: everything but the first and the last page. */
    private static final List<IovaRange> ANYWHERE = List.of(new IovaRange(Pages.SIZE, -1L - Pages.SIZE));

    private final AreaTree areas;
    private final ReservedIovas reserved;
    private final long length;
    private final long alignment;
    private final long pageOffset;

    /**
     * @param areas what is mapped
     * @param reserved what is reserved
     * @param address where the memory begins, in the process or in the file
     * @param length bytes
     * @param atLeast the address space's alignment
     * @throws SyscallException EOVERFLOW if the length is half of all there is, EINVAL if the memory is not aligned
     *         enough
     */
    FreeIova(AreaTree areas, ReservedIovas reserved, long address, long length, long atLeast) throws SyscallException {
        SyscallException.require(length != 0 && Long.compareUnsigned(length, Long.MAX_VALUE) < 0, Errno.EOVERFLOW);
        this.areas = areas;
        this.reserved = reserved;
        this.length = length;
        this.pageOffset = address & (Pages.SIZE - 1);
        this.alignment = alignment(address, length);
        SyscallException.require(alignment >= atLeast, Errno.EINVAL);
    }

    private static long alignment(long address, long length) {
        long ofLength = length == 1 ? 1 : Long.highestOneBit(length - 1) << 1;
        long lowestBit = Long.lowestOneBit(address);
        long natural = address == 0 || Long.compareUnsigned(ofLength, lowestBit) < 0 ? ofLength : lowestBit;
        return Long.compareUnsigned(natural, HUGE_PAGE) < 0 ? natural : HUGE_PAGE;
    }

    /**
     * Looks in the allowed ranges, or anywhere if the list is empty; ENOSPC if there is no room. What lies in a range
     * before the first address that would do in it if it were empty is not looked at (__alloc_iova_check_used).
     */
    long find(List<IovaRange> allowed) throws SyscallException {
        for (IovaRange range : allowed.isEmpty() ? ANYWHERE : allowed) {
            long low = Long.compareUnsigned(range.start(), Pages.SIZE) < 0 ? Pages.SIZE : range.start();
            long high = Long.compareUnsigned(range.last(), -1L - Pages.SIZE) > 0 ? -1L - Pages.SIZE : range.last();
            long first = fit(low, high);
            long found = first == 0 ? 0 : findIn(first, high);
            if (found != 0) {
                return found;
            }
        }
        throw new SyscallException(Errno.ENOSPC);
    }

    /** Goes from hole to hole; 0 if none is big enough. */
    private long findIn(long low, long high) {
        long next = low;
        while (Long.compareUnsigned(next, high) <= 0) {
            IovaRange used = firstUsedFrom(next);
            boolean inside = used != null && Long.compareUnsigned(used.start(), next) <= 0;
            long holeLast = used == null || Long.compareUnsigned(used.start(), high) > 0 ? high : used.start() - 1;
            long fitting = inside ? 0 : fit(next, holeLast);
            if (fitting != 0 || holeLast == high && !inside || Long.compareUnsigned(used.last(), high) >= 0) {
                return fitting;
            }
            next = used.last() + 1;
        }
        return 0;
    }

    /** A hole of one byte is none. */
    private long fit(long holeStart, long holeLast) {
        long aligned = holeStart + alignment - 1 & -alignment | pageOffset;
        boolean fits = Long.compareUnsigned(aligned, holeStart) >= 0 && Long.compareUnsigned(aligned, holeLast) < 0
                && Long.compareUnsigned(holeLast - aligned, length - 1) >= 0;
        return fits ? aligned : 0;
    }

    private IovaRange firstUsedFrom(long iova) {
        IovaRange blocked = reserved.firstFrom(iova);
        Area area = areas.firstFrom(iova);
        if (area == null || blocked != null && Long.compareUnsigned(blocked.start(), area.start()) <= 0) {
            return blocked;
        }
        return new IovaRange(area.start(), area.last());
    }
}

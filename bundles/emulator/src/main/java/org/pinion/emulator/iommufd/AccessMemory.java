package org.pinion.emulator.iommufd;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.pinion.emulator.host.IovaRange;
import org.pinion.emulator.memory.Pages;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/**
 * What a driver without an IOMMU does with the memory of its address space (iommufd_access_pin_pages and
 * iommufd_access_rw in drivers/iommu/iommufd/device.c). Guarded by the iommufd's lock.
 */
final class AccessMemory {

    private final EmulatedAccess access;

    AccessMemory(EmulatedAccess access) {
        this.access = access;
    }

    /** A part of an area. */
    private record Part(Area area, long start, long last) {

        long startByte() {
            return area.startByte() + (start - area.start());
        }

        long length() {
            return last - start + 1;
        }

        /** Whether it begins, and if another part follows ends, where a page does. */
        boolean wholePages(boolean more) {
            long end = area.startByte() + area.length();
            return startByte() % Pages.SIZE == 0 && (!more || end % Pages.SIZE == 0);
        }
    }

    /**
     * Pins pages: EINVAL for an empty range, parts of pages and a device's memory, EOVERFLOW past the end, ENOENT where
     * nothing is mapped, EPERM against the mapping's permissions, and what pinning answers.
     */
    AccessPin pin(int id, long iova, long length, boolean write) throws SyscallException {
        IovaRange range = range(iova, length);
        List<AccessPin.Piece> pinned = new ArrayList<>();
        try {
            for (Part part : parts(range)) {
                SyscallException.require(part.wholePages(part.last != range.last()), Errno.EINVAL);
                requirePermission(part.area, write);
                pinned.add(pin(part));
            }
            requireMapped(range);
        } catch (SyscallException e) {
            new AccessPin(id, range, pinned).unpin();
            throw e;
        }
        return new AccessPin(id, range, pinned);
    }

    private static AccessPin.Piece pin(Part part) throws SyscallException {
        SyscallException.require(part.area.pages() instanceof PinnablePages, Errno.EINVAL);
        AccessPin.Piece piece = new AccessPin.Piece(part.area.pages(), part.startByte() / Pages.SIZE,
                (part.startByte() + (part.length() - 1)) / Pages.SIZE);
        piece.memory().pin(piece.first(), piece.last());
        return piece;
    }

    /**
     * Copies bytes: the errors are those of {@link #pin}, but for parts of pages. What was copied before stays so.
     *
     * @param direct whether memory of the process is reached by its addresses, if it can be
     */
    void copy(long iova, MemorySegment buffer, boolean write, boolean direct) throws SyscallException {
        IovaRange range = range(iova, buffer.byteSize());
        for (Part part : parts(range)) {
            requirePermission(part.area, write);
            SyscallException.require(part.area.pages() instanceof PinnablePages, Errno.EINVAL);
            PinnablePages pages = (PinnablePages) part.area.pages();
            pages.copy(part.startByte(), buffer.asSlice(part.start - iova, part.length()), write, direct);
        }
        requireMapped(range);
    }

    private static IovaRange range(long iova, long length) throws SyscallException {
        SyscallException.require(length != 0, Errno.EINVAL);
        long last = iova + (length - 1);
        SyscallException.require(Long.compareUnsigned(last, iova) >= 0, Errno.EOVERFLOW);
        return new IovaRange(iova, last);
    }

    private Ioas ioas() throws SyscallException {
        SyscallException.require(access.ioas() != null, Errno.ENOENT);
        return access.ioas();
    }

    /** The areas of a range, up to the first address that is not mapped. */
    private List<Part> parts(IovaRange range) throws SyscallException {
        List<Part> parts = new ArrayList<>(1);
        long next = range.start();
        for (Area area = ioas().mappedAt(next); area != null; area = ioas().mappedAt(next)) {
            long last = Long.compareUnsigned(area.last(), range.last()) < 0 ? area.last() : range.last();
            parts.add(new Part(area, next, last));
            if (last == range.last()) {
                return parts;
            }
            next = last + 1;
        }
        return parts;
    }

    private void requireMapped(IovaRange range) throws SyscallException {
        List<Part> parts = parts(range);
        SyscallException.require(!parts.isEmpty() && parts.getLast().last == range.last(), Errno.ENOENT);
    }

    private static void requirePermission(Area area, boolean write) throws SyscallException {
        SyscallException.require(write ? area.writable() && area.pages().writable() : area.readable(), Errno.EPERM);
    }
}

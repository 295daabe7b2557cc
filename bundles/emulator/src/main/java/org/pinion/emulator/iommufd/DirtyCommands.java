package org.pinion.emulator.iommufd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pinion.emulator.host.IovaRange;
import org.pinion.emulator.host.KernelRelease;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.emulator.syscall.UserMemory;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.IommuHwptGetDirtyBitmap;
import org.pinion.linux.uapi.IommuHwptSetDirtyTracking;
import org.pinion.linux.uapi.Iommufd;

/** The requests about pages that devices wrote (drivers/iommu/iommufd/hw_pagetable.c and io_pagetable.c). */
final class DirtyCommands {

    private static final int RESERVED_AT = 12;

    private final ObjectTable objects;
    private final KernelRelease release;

    DirtyCommands(IommufdContext context, KernelRelease release) {
        this.objects = context.objects();
        this.release = release;
    }

    /** EOPNOTSUPP for unknown flags, ENOENT, EOPNOTSUPP for a page table that cannot tell. */
    int track(MemorySegment struct) throws SyscallException {
        IommuHwptSetDirtyTracking request = new IommuHwptSetDirtyTracking(struct);
        SyscallException.require((request.flags() & ~Iommufd.HWPT_DIRTY_TRACKING_ENABLE) == 0, Errno.EOPNOTSUPP);
        PageTable table = objects.pageTable(request.hwptId());
        SyscallException.require(table.written() != null, Errno.EOPNOTSUPP);
        table.written().track(request.flags() != 0);
        return 0;
    }

    /** The range is looked at before the page table is: EINVAL empty or misaligned, EOVERFLOW past the end. */
    int read(MemorySegment struct) throws SyscallException {
        IommuHwptGetDirtyBitmap request = new IommuHwptGetDirtyBitmap(struct);
        boolean known = (request.flags() & ~Iommufd.HWPT_GET_DIRTY_BITMAP_NO_CLEAR) == 0;
        SyscallException.require(known && struct.get(ValueLayout.JAVA_INT, RESERVED_AT) == 0, Errno.EOPNOTSUPP);
        PageTable table = objects.pageTable(request.hwptId());
        IovaRange range = range(request, table.ioas().alignment());
        SyscallException.require(table.written() != null, Errno.EOPNOTSUPP);
        if (!table.written().tracking() && !release.hasGenericPageTables()) {
            return 0;
        }
        int shift = Long.numberOfTrailingZeros(request.pageSize());
        long bits = ((range.last() - range.start()) >>> shift) + 1;
        MemorySegment bitmap = UserMemory.at(request.data(), bits + 7 >>> 3);
        table.written().read(range, request.flags() != 0, (start, last) ->
                mark(bitmap, clipped(start, range) - range.start() >>> shift,
                        clipped(last, range) - range.start() >>> shift));
        return 0;
    }

    private static IovaRange range(IommuHwptGetDirtyBitmap request, long alignment) throws SyscallException {
        SyscallException.require(request.length() != 0, Errno.EINVAL);
        long last = request.iova() + (request.length() - 1);
        SyscallException.require(Long.compareUnsigned(last, request.iova()) >= 0, Errno.EOVERFLOW);
        SyscallException.require(((request.iova() | last + 1) & alignment - 1) == 0, Errno.EINVAL);
        SyscallException.require(request.pageSize() != 0, Errno.EINVAL);
        SyscallException.require(((request.iova() | last + 1) & request.pageSize() - 1) == 0, Errno.EINVAL);
        return new IovaRange(request.iova(), last);
    }

    private static long clipped(long iova, IovaRange range) {
        if (Long.compareUnsigned(iova, range.start()) < 0) {
            return range.start();
        }
        return Long.compareUnsigned(iova, range.last()) > 0 ? range.last() : iova;
    }

    private static void mark(MemorySegment bitmap, long first, long last) {
        for (long bit = first; bit <= last; bit++) {
            byte before = bitmap.get(ValueLayout.JAVA_BYTE, bit >>> 3);
            bitmap.set(ValueLayout.JAVA_BYTE, bit >>> 3, (byte) (before | 1 << (bit & 7)));
        }
    }
}

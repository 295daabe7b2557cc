package org.pinion.emulator.iommufd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.emulator.syscall.UserMemory;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.IommuHwptGetDirtyBitmap;
import org.pinion.linux.uapi.IommuHwptSetDirtyTracking;
import org.pinion.linux.uapi.Iommufd;

/**
 * The requests about which pages devices wrote, to a page table that was made to tell
 * (drivers/iommu/iommufd/hw_pagetable.c, iova_bitmap.c).
 */
final class DirtyCommands {

    private static final int RESERVED_AT = 12;

    private final ObjectTable objects;

    DirtyCommands(IommufdContext context) {
        this.objects = context.objects();
    }

    int set(MemorySegment struct) throws SyscallException {
        IommuHwptSetDirtyTracking request = new IommuHwptSetDirtyTracking(struct);
        boolean known = (request.flags() & ~Iommufd.HWPT_DIRTY_TRACKING_ENABLE) == 0;
        SyscallException.require(known && reserved(struct) == 0, Errno.EOPNOTSUPP);
        table(request.hwptId()).track(request.flags() != 0);
        return 0;
    }

    /** EINVAL also if something of the range is not mapped, and while nothing is tracked. */
    int get(MemorySegment struct) throws SyscallException {
        IommuHwptGetDirtyBitmap request = new IommuHwptGetDirtyBitmap(struct);
        boolean known = (request.flags() & ~Iommufd.HWPT_GET_DIRTY_BITMAP_NO_CLEAR) == 0;
        SyscallException.require(known && reserved(struct) == 0, Errno.EOPNOTSUPP);
        PageTable table = table(request.hwptId());
        SyscallException.require(request.length() != 0, Errno.EINVAL);
        long last = request.iova() + (request.length() - 1);
        SyscallException.require(Long.compareUnsigned(last, request.iova()) >= 0, Errno.EOVERFLOW);
        requireAligned(request, table.ioas().alignment());
        SyscallException.require(request.pageSize() != 0, Errno.EINVAL);
        requireAligned(request, request.pageSize());
        SyscallException.require(table.tracking() && table.ioas().isFull(request.iova(), last), Errno.EINVAL);
        tell(request, table, last);
        return 0;
    }

    private static void requireAligned(IommuHwptGetDirtyBitmap request, long unit) throws SyscallException {
        SyscallException.require(((request.iova() | request.length()) & (unit - 1)) == 0, Errno.EINVAL);
    }

    /** Bits are set and none is cleared: that is for the caller to do beforehand. */
    private static void tell(IommuHwptGetDirtyBitmap request, PageTable table, long last) throws SyscallException {
        boolean forget = request.flags() == 0;
        for (long page : table.written(request.iova(), last, forget)) {
            long bit = Long.divideUnsigned(page - request.iova(), request.pageSize());
            MemorySegment at = UserMemory.at(request.data() + bit / Byte.SIZE, 1);
            at.set(ValueLayout.JAVA_BYTE, 0, (byte) (at.get(ValueLayout.JAVA_BYTE, 0) | 1 << bit % Byte.SIZE));
        }
    }

    private static int reserved(MemorySegment struct) {
        return struct.get(ValueLayout.JAVA_INT, RESERVED_AT);
    }

    /** ENOENT if there is no such page table, EOPNOTSUPP if it was not made to tell. */
    private PageTable table(int id) throws SyscallException {
        if (objects.get(id) instanceof PageTable table) {
            SyscallException.require(table.tellsDirty(), Errno.EOPNOTSUPP);
            return table;
        }
        throw new SyscallException(Errno.ENOENT);
    }
}

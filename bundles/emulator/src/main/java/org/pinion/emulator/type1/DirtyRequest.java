package org.pinion.emulator.type1;

import java.lang.foreign.MemorySegment;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.emulator.syscall.UserMemory;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.VfioIommuType1DirtyBitmap;
import org.pinion.linux.uapi.VfioIommuType1DirtyBitmapGet;
import org.pinion.linux.uapi.VfioType1;

/** The request about pages that were written (vfio_iommu_type1_dirty_pages); the container's lock is held. */
final class DirtyRequest {

    private static final int HEAD = VfioIommuType1DirtyBitmap.SIZE;

    private final Type1Iommu iommu;

    DirtyRequest(Type1Iommu iommu) {
        this.iommu = iommu;
    }

    /** EACCES on a container of the first kind, EINVAL unless exactly one flag is set. */
    void run(MemorySegment argument) throws SyscallException {
        SyscallException.require(iommu.v2(), Errno.EACCES);
        VfioIommuType1DirtyBitmap dirty = new VfioIommuType1DirtyBitmap(UserMemory.copyIn(argument, HEAD));
        SyscallException.require(Integer.compareUnsigned(dirty.declaredSize(), HEAD) >= 0, Errno.EINVAL);
        switch (dirty.flags()) {
            case VfioType1.DIRTY_PAGES_START -> iommu.dirtyPages().start();
            case VfioType1.DIRTY_PAGES_STOP -> iommu.dirtyPages().stop();
            case VfioType1.DIRTY_PAGES_GET_BITMAP -> tell(argument, dirty.declaredSize());
            default -> throw new SyscallException(Errno.EINVAL);
        }
    }

    private void tell(MemorySegment argument, int declared) throws SyscallException {
        int whole = HEAD + VfioIommuType1DirtyBitmapGet.SIZE;
        SyscallException.require(Integer.compareUnsigned(declared, whole) >= 0, Errno.EINVAL);
        MemorySegment copy = UserMemory.copyIn(argument, whole);
        VfioIommuType1DirtyBitmapGet range = new VfioIommuType1DirtyBitmap(copy).range();
        SyscallException.require(range.size() != 0, Errno.EINVAL);
        long last = range.iova() + (range.size() - 1);
        long reached = iommu.reachesTheEnd() ? last : last + 1;
        SyscallException.require(Long.compareUnsigned(reached, range.iova()) >= 0, iommu.pastTheEnd());
        UserBitmap bitmap = UserBitmap.read(range.bitmap(), range.size());
        long page = iommu.groups().smallestPage();
        SyscallException.require(bitmap.pageSize() == page, Errno.EINVAL);
        SyscallException.require(((range.iova() | range.size()) & (page - 1)) == 0, Errno.EINVAL);
        SyscallException.require(iommu.dirtyPages().tracking(), Errno.EINVAL);
        tell(range.iova(), last, bitmap);
    }

    private void tell(long start, long last, UserBitmap bitmap) throws SyscallException {
        iommu.requireNotBisected(start, last);
        for (DmaMapping mapping : iommu.mappings().tree().in(start, last)) {
            iommu.dirtyPages().tell(mapping, bitmap, start);
        }
    }
}

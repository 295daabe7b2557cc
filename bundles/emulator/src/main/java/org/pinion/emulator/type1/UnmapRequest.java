package org.pinion.emulator.type1;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.emulator.syscall.UserMemory;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.VfioBitmap;
import org.pinion.linux.uapi.VfioIommuType1DmaUnmap;
import org.pinion.linux.uapi.VfioType1;

/** The request that unmaps, with the kernel's checks in the kernel's order (vfio_dma_do_unmap). */
final class UnmapRequest {

    private static final int KNOWN_FLAGS =
            VfioType1.UNMAP_GET_DIRTY_BITMAP | VfioType1.UNMAP_ALL | VfioType1.UNMAP_VADDR;
    private static final int WITH_BITMAP = VfioIommuType1DmaUnmap.SIZE + VfioBitmap.SIZE;

    private final Type1Iommu iommu;
    private final long start;
    private final long size;
    private final int flags;
    private final UserBitmap bitmap;

    private UnmapRequest(Type1Iommu iommu, VfioIommuType1DmaUnmap unmap, UserBitmap bitmap) {
        this.iommu = iommu;
        this.start = unmap.iova();
        this.size = unmap.size();
        this.flags = unmap.flags();
        this.bitmap = bitmap;
    }

    /** EINVAL for a structure that is too short, flags that are unknown or exclude each other, a bad bitmap. */
    static UnmapRequest read(Type1Iommu iommu, MemorySegment argument) throws SyscallException {
        int minimum = VfioIommuType1DmaUnmap.SIZE;
        VfioIommuType1DmaUnmap unmap = new VfioIommuType1DmaUnmap(UserMemory.copyIn(argument, minimum));
        boolean whole = Integer.compareUnsigned(unmap.declaredSize(), minimum) >= 0;
        SyscallException.require(whole && (unmap.flags() & ~KNOWN_FLAGS) == 0, Errno.EINVAL);
        if ((unmap.flags() & VfioType1.UNMAP_GET_DIRTY_BITMAP) == 0) {
            return new UnmapRequest(iommu, unmap, null);
        }
        SyscallException.require(unmap.flags() == VfioType1.UNMAP_GET_DIRTY_BITMAP, Errno.EINVAL);
        boolean room = Integer.compareUnsigned(unmap.declaredSize(), WITH_BITMAP) >= 0;
        SyscallException.require(room, Errno.EINVAL);
        MemorySegment copy = UserMemory.copyIn(argument, WITH_BITMAP);
        UserBitmap bitmap = UserBitmap.read(new VfioIommuType1DmaUnmap(copy).bitmap(), unmap.size());
        return new UnmapRequest(iommu, unmap, bitmap);
    }

    private boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** Does it and returns bytes unmapped; the container's lock is held. */
    long run() throws SyscallException {
        SyscallException.require(!has(VfioType1.UNMAP_VADDR) || !iommu.groups().anyEmulated(), Errno.EBUSY);
        long last = last();
        if (iommu.v2() && !has(VfioType1.UNMAP_ALL)) {
            iommu.requireNotBisected(start, last);
        }
        DmaTree tree = iommu.mappings().tree();
        List<DmaMapping> inside = has(VfioType1.UNMAP_ALL) ? tree.allFromTheFirst() : tree.in(start, last);
        boolean cutsFirst = !inside.isEmpty() && Long.compareUnsigned(start, inside.getFirst().start()) > 0;
        if (cutsFirst) {
            return 0;
        }
        return has(VfioType1.UNMAP_VADDR) ? forgetVaddrs(inside) : remove(inside);
    }

    private long last() throws SyscallException {
        long page = iommu.groups().smallestPage();
        SyscallException.require((start & (page - 1)) == 0, Errno.EINVAL);
        if (has(VfioType1.UNMAP_ALL)) {
            SyscallException.require(start == 0 && size == 0, Errno.EINVAL);
            return -1L;
        }
        SyscallException.require(size != 0 && (size & (page - 1)) == 0, Errno.EINVAL);
        long last = start + (size - 1);
        SyscallException.require(Long.compareUnsigned(last, start) >= 0, iommu.pastTheEnd());
        boolean told = bitmap == null || iommu.dirtyPages().tracking() && bitmap.pageSize() == page;
        SyscallException.require(told, Errno.EINVAL);
        return last;
    }

    private static long forgetVaddrs(List<DmaMapping> inside) throws SyscallException {
        SyscallException.require(inside.stream().allMatch(DmaMapping::vaddrValid), Errno.EINVAL);
        inside.forEach(DmaMapping::forgetVaddr);
        return inside.stream().mapToLong(DmaMapping::size).sum();
    }

    private long remove(List<DmaMapping> inside) throws SyscallException {
        long removed = 0;
        for (DmaMapping mapping : inside) {
            if (bitmap != null) {
                iommu.dirtyPages().tell(mapping, bitmap, start);
            }
            removed += mapping.size();
            iommu.mappings().remove(mapping);
        }
        return removed;
    }
}

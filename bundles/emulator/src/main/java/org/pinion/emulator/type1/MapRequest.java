package org.pinion.emulator.type1;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.emulator.syscall.UserMemory;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.VfioIommuType1DmaMap;
import org.pinion.linux.uapi.VfioType1;

/** The request that maps, with the kernel's checks in the kernel's order (vfio_dma_do_map). */
final class MapRequest {

    private static final int READ_WRITE = VfioType1.MAP_READ | VfioType1.MAP_WRITE;

    private final Type1Iommu iommu;
    private final long start;
    private final long last;
    private final long vaddr;
    private final int flags;

    private MapRequest(Type1Iommu iommu, VfioIommuType1DmaMap map) {
        this.iommu = iommu;
        this.start = map.iova();
        this.last = map.iova() + (map.size() - 1);
        this.vaddr = map.vaddr();
        this.flags = map.flags();
    }

    /** EINVAL for a structure that is too short, unknown flags or no size, and past the end of 64 bits. */
    static MapRequest read(Type1Iommu iommu, MemorySegment argument) throws SyscallException {
        VfioIommuType1DmaMap map = new VfioIommuType1DmaMap(UserMemory.copyIn(argument, VfioIommuType1DmaMap.SIZE));
        boolean known = (map.flags() & ~(READ_WRITE | VfioType1.MAP_VADDR)) == 0;
        boolean whole = Integer.compareUnsigned(map.declaredSize(), VfioIommuType1DmaMap.SIZE) >= 0;
        SyscallException.require(known && whole, Errno.EINVAL);
        SyscallException.require(map.size() != 0, Errno.EINVAL);
        boolean wraps = wraps(map.iova(), map.size()) || wraps(map.vaddr(), map.size());
        SyscallException.require(!wraps, iommu.pastTheEnd());
        boolean access = (map.flags() & READ_WRITE) != 0;
        SyscallException.require(access != ((map.flags() & VfioType1.MAP_VADDR) != 0), Errno.EINVAL);
        return new MapRequest(iommu, map);
    }

    private static boolean wraps(long address, long size) {
        return Long.compareUnsigned(address + (size - 1), address) < 0;
    }

    /** Does it; the container's lock is held. */
    void run() throws SyscallException {
        long mask = iommu.groups().smallestPage() - 1;
        SyscallException.require(((start | vaddr | last + 1) & mask) == 0, Errno.EINVAL);
        List<DmaMapping> there = iommu.mappings().tree().in(start, last);
        if ((flags & VfioType1.MAP_VADDR) != 0) {
            giveVaddr(there);
            return;
        }
        SyscallException.require(there.isEmpty(), Errno.EEXIST);
        SyscallException.require(iommu.mappings().available() > 0, Errno.ENOSPC);
        SyscallException.require(iommu.groups().usable().allows(start, last), Errno.EINVAL);
        DmaMapping mapping = new DmaMapping(start, last, vaddr, (flags & VfioType1.MAP_READ) != 0,
                (flags & VfioType1.MAP_WRITE) != 0);
        iommu.mappings().add(mapping, iommu.groups().translated());
        try {
            iommu.dirtyPages().added(mapping);
        } catch (SyscallException tooLarge) {
            iommu.mappings().remove(mapping);
            throw tooLarge;
        }
    }

    private void giveVaddr(List<DmaMapping> there) throws SyscallException {
        SyscallException.require(!there.isEmpty(), Errno.ENOENT);
        DmaMapping mapping = there.getFirst();
        boolean same = mapping.start() == start && mapping.last() == last;
        SyscallException.require(!mapping.vaddrValid() && same, Errno.EINVAL);
        mapping.vaddr(vaddr);
    }
}

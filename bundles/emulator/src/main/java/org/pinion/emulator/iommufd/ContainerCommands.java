package org.pinion.emulator.iommufd;

import java.lang.foreign.MemorySegment;
import org.pinion.emulator.syscall.ContainerInfo;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.emulator.syscall.UserMemory;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.Iommufd;
import org.pinion.linux.uapi.VfioIommuType1DmaMap;
import org.pinion.linux.uapi.VfioIommuType1DmaUnmap;
import org.pinion.linux.uapi.VfioType1;

/**
 * The requests of a VFIO container that an iommufd answers for the address space that was chosen for them
 * (drivers/iommu/iommufd/vfio_compat.c); ENODEV if there is none.
 */
final class ContainerCommands {

    private static final int READ_WRITE = VfioType1.MAP_READ | VfioType1.MAP_WRITE;

    private final IommufdContext context;
    private final MappingCommands mapping;

    ContainerCommands(IommufdContext context, MappingCommands mapping) {
        this.context = context;
        this.mapping = mapping;
    }

    /** A request with a structure; the iommufd's lock is held. */
    int run(int request, MemorySegment argument) throws SyscallException {
        switch (request) {
            case VfioType1.GET_INFO -> {
                ContainerInfo.requireSize(argument);
                new CompatibleInfo(argument).answer(ioas());
            }
            case VfioType1.MAP_DMA -> map(argument);
            case VfioType1.UNMAP_DMA -> unmap(argument);
            default -> {
                return run(request, argument.address());
            }
        }
        return 0;
    }

    /** A request with a number, which is no pointer to a structure; the iommufd's lock is held. */
    int run(int request, long argument) throws SyscallException {
        return switch (request) {
            case VfioType1.GET_API_VERSION -> VfioType1.API_VERSION;
            case VfioType1.CHECK_EXTENSION -> has(argument) ? 1 : 0;
            case VfioType1.SET_IOMMU -> setIommu(argument);
            case VfioType1.GET_INFO, VfioType1.MAP_DMA, VfioType1.UNMAP_DMA -> throw new SyscallException(Errno.EFAULT);
            default -> throw new SyscallException(Errno.ENOTTY);
        };
    }

    private Ioas ioas() throws SyscallException {
        SyscallException.require(context.compatible() != null, Errno.ENODEV);
        return context.compatible();
    }

    private boolean has(long extension) throws SyscallException {
        if (extension == VfioType1.DMA_CC) {
            return ioas().domains().stream().allMatch(domain -> domain.geometry().forcesSnooping());
        }
        return extension == VfioType1.TYPE1 || extension == VfioType1.TYPE1_V2
                || extension == VfioType1.UNMAP_ALL_EXTENSION;
    }

    /** The first kind can cut mappings, which it cannot do with large IOMMU pages. */
    private int setIommu(long kind) throws SyscallException {
        SyscallException.require(kind == VfioType1.TYPE1 || kind == VfioType1.TYPE1_V2, Errno.EINVAL);
        Ioas ioas = ioas();
        if (kind == VfioType1.TYPE1) {
            ioas.disableLargePages();
        }
        return 0;
    }

    private void map(MemorySegment argument) throws SyscallException {
        VfioIommuType1DmaMap map = new VfioIommuType1DmaMap(UserMemory.copyIn(argument, VfioIommuType1DmaMap.SIZE));
        boolean whole = Integer.compareUnsigned(map.declaredSize(), VfioIommuType1DmaMap.SIZE) >= 0;
        SyscallException.require(whole && (map.flags() & ~READ_WRITE) == 0, Errno.EINVAL);
        Ioas ioas = ioas();
        int flags = Iommufd.MAP_FIXED_IOVA
                | ((map.flags() & VfioType1.MAP_READ) != 0 ? Iommufd.MAP_READABLE : 0)
                | ((map.flags() & VfioType1.MAP_WRITE) != 0 ? Iommufd.MAP_WRITEABLE : 0);
        mapping.mapAddress(ioas, flags, map.vaddr(), map.size(), map.iova());
    }

    /** What was unmapped is told even if the request fails. */
    private void unmap(MemorySegment argument) throws SyscallException {
        MemorySegment copy = UserMemory.copyIn(argument, VfioIommuType1DmaUnmap.SIZE);
        VfioIommuType1DmaUnmap unmap = new VfioIommuType1DmaUnmap(copy);
        boolean whole = Integer.compareUnsigned(unmap.declaredSize(), VfioIommuType1DmaUnmap.SIZE) >= 0;
        SyscallException.require(whole && (unmap.flags() & ~VfioType1.UNMAP_ALL) == 0, Errno.EINVAL);
        Ioas ioas = ioas();
        boolean all = unmap.flags() != 0;
        SyscallException.require(!all || unmap.iova() == 0 && unmap.size() == 0, Errno.EINVAL);
        long last = unmap.iova() + (unmap.size() - 1);
        if (!all && !ioas.largePages()) {
            cut(ioas, unmap.iova(), last);
        }
        VfioIommuType1DmaUnmap answer = new VfioIommuType1DmaUnmap(argument).size(0);
        SyscallException.require(all || unmap.size() != 0, Errno.EINVAL);
        SyscallException.require(Long.compareUnsigned(last, unmap.iova()) >= 0, Errno.EOVERFLOW);
        Ioas.Unmapped unmapped = ioas.remove(unmap.iova(), last);
        answer.size(unmapped.bytes());
        SyscallException.require(!unmapped.stopped(), Errno.ENOENT);
    }

    private static void cut(Ioas ioas, long start, long last) throws SyscallException {
        ioas.cutAfter(last);
        if (start != 0) {
            ioas.cutAfter(start - 1);
        }
    }
}

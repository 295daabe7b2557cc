package org.pinion.emulator.vfio;

import java.lang.foreign.MemorySegment;
import org.pinion.emulator.file.OpenFile;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.VfioType1;

/** An open {@code /dev/vfio/vfio}. Until the kind of IOMMU is chosen, requests that need one are EINVAL. */
public final class ContainerFile implements OpenFile {

    private final Container container;

    /**
     * @param container what was opened
     */
    public ContainerFile(Container container) {
        this.container = container;
    }

    Container container() {
        return container;
    }

    @Override
    public int ioctl(int request, MemorySegment argument) throws SyscallException {
        return switch (request) {
            case VfioType1.GET_API_VERSION, VfioType1.CHECK_EXTENSION, VfioType1.SET_IOMMU ->
                ioctl(request, argument.address());
            default -> container.iommu().ioctl(request, argument);
        };
    }

    /** A number is no pointer to a structure. */
    @Override
    public int ioctl(int request, long argument) throws SyscallException {
        return switch (request) {
            case VfioType1.GET_API_VERSION -> VfioType1.API_VERSION;
            case VfioType1.CHECK_EXTENSION -> container.has(Math.clamp(argument, -1, Integer.MAX_VALUE)) ? 1 : 0;
            case VfioType1.SET_IOMMU -> {
                container.setIommu(Math.clamp(argument, -1, Integer.MAX_VALUE));
                yield 0;
            }
            case VfioType1.GET_INFO, VfioType1.MAP_DMA, VfioType1.UNMAP_DMA, VfioType1.DIRTY_PAGES -> {
                container.iommu();
                throw new SyscallException(Errno.EFAULT);
            }
            default -> {
                container.iommu();
                throw new SyscallException(Errno.ENOTTY);
            }
        };
    }
}

package org.pinion.fuzz;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Fcntl;
import org.pinion.linux.Kernel;
import org.pinion.linux.uapi.IommuIoasAlloc;
import org.pinion.linux.uapi.IommuIoasMap;
import org.pinion.linux.uapi.IommuIoasUnmap;
import org.pinion.linux.uapi.IommuOption;
import org.pinion.linux.uapi.Iommufd;

/** An address space of its own, with structures that are filled once: so that only the kernel is measured. */
final class MappedSpace implements AutoCloseable {

    private final Kernel kernel;
    private final int fd;
    private final int id;
    private final IommuIoasMap map;
    private final IommuIoasUnmap unmap;
    private final IommuOption option;
    private final MemorySegment mock;

    MappedSpace(Kernel kernel, Arena arena) throws ErrnoException {
        this.kernel = kernel;
        this.fd = ErrnoException.check("open /dev/iommu", kernel.open("/dev/iommu", Fcntl.O_RDWR | Fcntl.O_CLOEXEC));
        IommuIoasAlloc alloc = IommuIoasAlloc.allocate(arena);
        ErrnoException.check("IOAS_ALLOC", kernel.ioctl(fd, Iommufd.IOAS_ALLOC, alloc.memory()));
        this.id = alloc.ioasId();
        int flags = Iommufd.MAP_FIXED_IOVA | Iommufd.MAP_READABLE | Iommufd.MAP_WRITEABLE;
        this.map = IommuIoasMap.allocate(arena).flags(flags).ioasId(id);
        this.unmap = IommuIoasUnmap.allocate(arena).ioasId(id);
        this.option = IommuOption.allocate(arena).optionId(Iommufd.OPTION_HUGE_PAGES).objectId(id)
                .op((short) Iommufd.OPTION_GET);
        this.mock = arena.allocate(Request.MOCK_DOMAIN.size(), Long.BYTES);
    }

    /** Attaches a mock device; whether the kernel has them. */
    boolean attachMock() {
        mock.set(ValueLayout.JAVA_INT, 0, Request.MOCK_DOMAIN.size());
        mock.set(ValueLayout.JAVA_INT, Request.MOCK_DOMAIN.field("op").offset(), Request.MOCK_DOMAIN.mockOp());
        mock.set(ValueLayout.JAVA_INT, Request.MOCK_DOMAIN.field("id").offset(), id);
        return kernel.ioctl(fd, Request.MOCK_DOMAIN.number(), mock) == 0;
    }

    void option() {
        done("OPTION", kernel.ioctl(fd, Iommufd.OPTION, option.memory()));
    }

    void map(long address, long length, long iova) {
        done("IOAS_MAP", kernel.ioctl(fd, Iommufd.IOAS_MAP, map.userVa(address).length(length).iova(iova).memory()));
    }

    void unmap(long iova, long length) {
        done("IOAS_UNMAP", kernel.ioctl(fd, Iommufd.IOAS_UNMAP, unmap.iova(iova).length(length).memory()));
    }

    private static void done(String what, int answer) {
        if (answer != 0) {
            throw new IllegalStateException(what + " answers " + answer);
        }
    }

    @Override
    public void close() {
        kernel.close(fd);
    }
}

package org.pinion.emulator.iommufd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.pinion.emulator.file.MemoryFile;
import org.pinion.emulator.file.OpenFile;
import org.pinion.emulator.host.KernelRelease;
import org.pinion.emulator.memory.Pages;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.IommuIoasCopy;
import org.pinion.linux.uapi.IommuIoasMap;
import org.pinion.linux.uapi.IommuIoasMapFile;
import org.pinion.linux.uapi.IommuIoasUnmap;
import org.pinion.linux.uapi.Iommufd;

/**
 * The requests that map and unmap, each with the kernel's checks in the kernel's order
 * (drivers/iommu/iommufd/ioas.c).
 */
final class MappingCommands {

    private static final int MAP_RESERVED_AT = 12;
    private static final int READ_WRITE = Iommufd.MAP_READABLE | Iommufd.MAP_WRITEABLE;
    private static final int KNOWN_FLAGS = Iommufd.MAP_FIXED_IOVA | READ_WRITE;

    private final IommufdContext context;
    private final KernelRelease release;
    private final ObjectTable objects;

    MappingCommands(IommufdContext context, KernelRelease release) {
        this.context = context;
        this.release = release;
        this.objects = context.objects();
    }

    int map(MemorySegment struct) throws SyscallException {
        IommuIoasMap map = new IommuIoasMap(struct);
        SyscallException.require(struct.get(ValueLayout.JAVA_INT, MAP_RESERVED_AT) == 0, Errno.EOPNOTSUPP);
        checkFlags(map.flags(), map.iova(), map.length());
        Ioas ioas = objects.ioas(map.ioasId());
        map.iova(mapAddress(ioas, map.flags(), map.userVa(), map.length(), map.iova()));
        return 0;
    }

    /** Maps addresses of the process; returns the IO virtual address. */
    long mapAddress(Ioas ioas, int flags, long address, long length, long iova) throws SyscallException {
        checkSource(address, length);
        PageSource source = new PageSource.UserAddress(context.process(), Pages.roundDown(address));
        Ioas.Slice slice = slice(context.pages(source, writable(flags)), address, length);
        return install(ioas, List.of(slice), flags, iova, length);
    }

    int mapFile(MemorySegment struct) throws SyscallException {
        IommuIoasMapFile map = new IommuIoasMapFile(struct);
        checkFlags(map.flags(), map.iova(), map.length());
        Ioas ioas = objects.ioas(map.ioasId());
        checkFileSource(map.start(), map.length());
        OpenFile file = context.files().get(map.fd());
        SyscallException.require(Long.compareUnsigned(map.length(), -1L - Pages.SIZE) <= 0, Errno.EINVAL);
        AreaMemory pages = filePages(file, map);
        List<Ioas.Slice> slices = List.of(slice(pages, map.start(), map.length()));
        map.iova(install(ioas, slices, map.flags(), map.iova(), map.length()));
        return 0;
    }

    private AreaMemory filePages(OpenFile file, IommuIoasMapFile map) throws SyscallException {
        boolean writable = writable(map.flags());
        return file instanceof DmaBuf buffer
                ? buffer.map(map.start(), map.length(), writable, context)
                : context.pages(fileSource(file, Pages.roundDown(map.start())), writable);
    }

    private static boolean writable(int flags) {
        return (flags & Iommufd.MAP_WRITEABLE) != 0;
    }

    private static PageSource fileSource(OpenFile file, long start) {
        return file instanceof MemoryFile memory
                ? new PageSource.FileOffset(memory.memory(), start)
                : new PageSource.OtherFile(start);
    }

    private static void checkFlags(int flags, long iova, long length) throws SyscallException {
        SyscallException.require((flags & ~KNOWN_FLAGS) == 0, Errno.EOPNOTSUPP);
        SyscallException.require(iova != -1L && length != -1L, Errno.EOVERFLOW);
        SyscallException.require((flags & READ_WRITE) != 0, Errno.EINVAL);
    }

    private void checkSource(long address, long length) throws SyscallException {
        boolean possible = length != 0 && Long.compareUnsigned(length, -1L - Pages.SIZE) <= 0;
        SyscallException.require(possible || !release.looksAtLengthFirst(), Errno.EINVAL);
        SyscallException.require(Long.compareUnsigned(address + length, address) >= 0, Errno.EOVERFLOW);
        SyscallException.require(possible, Errno.EINVAL);
    }

    private static void checkFileSource(long start, long length) throws SyscallException {
        SyscallException.require(length != 0, Errno.EINVAL);
        SyscallException.require(Long.compareUnsigned(start + (length - 1), start) >= 0, Errno.EOVERFLOW);
    }

    private static Ioas.Slice slice(AreaMemory pages, long address, long length) {
        return new Ioas.Slice(pages, address & (Pages.SIZE - 1), length);
    }

    private static long install(Ioas ioas, List<Ioas.Slice> slices, int flags, long wanted, long length)
            throws SyscallException {
        long iova = wanted;
        if ((flags & Iommufd.MAP_FIXED_IOVA) == 0) {
            iova = ioas.chooseIova(slices.getFirst(), length);
        } else {
            ioas.checkFixed(iova, length);
        }
        ioas.map(iova, slices, (flags & Iommufd.MAP_READABLE) != 0, (flags & Iommufd.MAP_WRITEABLE) != 0);
        return iova;
    }

    /**
     * Charges what is mapped to the process that asks (iommufd_ioas_change_process), which there is only one of here:
     * EOPNOTSUPP for reserved fields, EINVAL if anything is mapped but memory of files.
     */
    int changeProcess(MemorySegment struct) throws SyscallException {
        SyscallException.require(struct.get(ValueLayout.JAVA_INT, Integer.BYTES) == 0, Errno.EOPNOTSUPP);
        for (IommufdObject object : objects.all()) {
            boolean files = !(object instanceof Ioas ioas) || ioas.mapped().stream().map(Area::pages)
                    .allMatch(pages -> pages instanceof PinnablePages pinnable && pinnable.ofFile());
            SyscallException.require(files, Errno.EINVAL);
        }
        return 0;
    }

    int copy(MemorySegment struct) throws SyscallException {
        IommuIoasCopy copy = new IommuIoasCopy(struct);
        SyscallException.require((copy.flags() & ~KNOWN_FLAGS) == 0, Errno.EOPNOTSUPP);
        boolean inRange = copy.length() != -1L && copy.srcIova() != -1L && copy.dstIova() != -1L;
        SyscallException.require(inRange, Errno.EOVERFLOW);
        SyscallException.require((copy.flags() & READ_WRITE) != 0, Errno.EINVAL);
        List<Ioas.Slice> slices = objects.ioas(copy.srcIoasId()).slices(copy.srcIova(), copy.length());
        Ioas destination = objects.ioas(copy.dstIoasId());
        copy.dstIova(install(destination, slices, copy.flags(), copy.dstIova(), copy.length()));
        return 0;
    }

    int unmap(MemorySegment struct) throws SyscallException {
        IommuIoasUnmap unmap = new IommuIoasUnmap(struct);
        Ioas ioas = objects.ioas(unmap.ioasId());
        if (unmap.iova() == 0 && unmap.length() == -1L) {
            unmap.length(ioas.unmap(0, -1L));
        } else {
            unmap.length(unmapRange(ioas, unmap.iova(), unmap.length()));
        }
        return 0;
    }

    private static long unmapRange(Ioas ioas, long iova, long length) throws SyscallException {
        SyscallException.require(iova != -1L && length != -1L, Errno.EOVERFLOW);
        SyscallException.require(length != 0, Errno.EINVAL);
        long last = iova + (length - 1);
        SyscallException.require(Long.compareUnsigned(last, iova) >= 0, Errno.EOVERFLOW);
        SyscallException.require(!ioas.isFree(iova, last), Errno.ENOENT);
        return ioas.unmap(iova, last);
    }
}

package org.pinion.conformance;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.pinion.linux.Fcntl;
import org.pinion.linux.Kernel;
import org.pinion.linux.uapi.IommuDestroy;
import org.pinion.linux.uapi.IommuHwptAlloc;
import org.pinion.linux.uapi.IommuHwptGetDirtyBitmap;
import org.pinion.linux.uapi.IommuHwptSetDirtyTracking;
import org.pinion.linux.uapi.IommuIoasAlloc;
import org.pinion.linux.uapi.IommuIoasAllowIovas;
import org.pinion.linux.uapi.IommuIoasCopy;
import org.pinion.linux.uapi.IommuIoasMap;
import org.pinion.linux.uapi.IommuIoasMapFile;
import org.pinion.linux.uapi.IommuIoasUnmap;
import org.pinion.linux.uapi.IommuIovaRange;
import org.pinion.linux.uapi.IommuOption;
import org.pinion.linux.uapi.Iommufd;

/**
 * An open {@code /dev/iommu}: its requests in a line each. They answer an id, an address or 0, or a negated error
 * number.
 */
final class OpenIommufd {

    static final int READ_WRITE = Iommufd.MAP_READABLE | Iommufd.MAP_WRITEABLE;
    static final int FIXED = Iommufd.MAP_FIXED_IOVA;

    final Kernel kernel = KernelUnderTest.kernel();
    final int fd = Expect.id(kernel.open("/dev/iommu", Fcntl.O_RDWR));

    int close() {
        return kernel.close(fd);
    }

    int ioctl(int request, MemorySegment struct) {
        return kernel.ioctl(fd, request, struct);
    }

    /** A new address space, by its id. */
    int ioas() {
        try (Arena arena = Arena.ofConfined()) {
            IommuIoasAlloc alloc = IommuIoasAlloc.allocate(arena);
            Expect.succeeds(ioctl(Iommufd.IOAS_ALLOC, alloc.memory()));
            return alloc.ioasId();
        }
    }

    int destroy(int id) {
        try (Arena arena = Arena.ofConfined()) {
            return ioctl(Iommufd.DESTROY, IommuDestroy.allocate(arena).id(id).memory());
        }
    }

    /** Answers where it is mapped. */
    private long map(int ioas, int flags, long address, long length, long iova) {
        try (Arena arena = Arena.ofConfined()) {
            IommuIoasMap map = IommuIoasMap.allocate(arena).ioasId(ioas).flags(flags).userVa(address).length(length)
                    .iova(iova);
            int answer = ioctl(Iommufd.IOAS_MAP, map.memory());
            return answer < 0 ? answer : map.iova();
        }
    }

    /** Answers where it is mapped. */
    long map(int ioas, long address, long length) {
        return map(ioas, READ_WRITE, address, length, 0);
    }

    long mapAt(int ioas, long address, long length, long iova) {
        return map(ioas, READ_WRITE | FIXED, address, length, iova);
    }

    private long mapFile(int ioas, int flags, int file, long start, long length, long iova) {
        try (Arena arena = Arena.ofConfined()) {
            IommuIoasMapFile map = IommuIoasMapFile.allocate(arena).ioasId(ioas).flags(flags).fd(file).start(start)
                    .length(length).iova(iova);
            int answer = ioctl(Iommufd.IOAS_MAP_FILE, map.memory());
            return answer < 0 ? answer : map.iova();
        }
    }

    /** Answers where it is mapped. */
    long mapFile(int ioas, int file, long start, long length) {
        return mapFile(ioas, READ_WRITE, file, start, length, 0);
    }

    long mapFileAt(int ioas, int file, long start, long length, long iova) {
        return mapFile(ioas, READ_WRITE | FIXED, file, start, length, iova);
    }

    /** Copies to an address that is named, for writing alone. */
    int copy(int to, int from, long length, long toIova, long fromIova) {
        try (Arena arena = Arena.ofConfined()) {
            return ioctl(Iommufd.IOAS_COPY, IommuIoasCopy.allocate(arena).flags(FIXED | Iommufd.MAP_WRITEABLE)
                    .dstIoasId(to).srcIoasId(from).length(length).dstIova(toIova).srcIova(fromIova).memory());
        }
    }

    /** Answers how many bytes were unmapped. */
    long unmap(int ioas, long iova, long length) {
        try (Arena arena = Arena.ofConfined()) {
            IommuIoasUnmap unmap = IommuIoasUnmap.allocate(arena).ioasId(ioas).iova(iova).length(length);
            int answer = ioctl(Iommufd.IOAS_UNMAP, unmap.memory());
            return answer < 0 ? answer : unmap.length();
        }
    }

    long unmapAll(int ioas) {
        return unmap(ioas, 0, -1L);
    }

    /** Allows the automatic choice of addresses a range alone. */
    int allow(int ioas, long start, long last) {
        try (Arena arena = Arena.ofConfined()) {
            IommuIovaRange range = new IommuIovaRange(arena.allocate(IommuIovaRange.SIZE, 8)).start(start).last(last);
            return allow(arena, ioas, 1, range.memory().address());
        }
    }

    int allowAll(int ioas) {
        try (Arena arena = Arena.ofConfined()) {
            return allow(arena, ioas, 0, 0);
        }
    }

    private int allow(Arena arena, int ioas, int count, long ranges) {
        return ioctl(Iommufd.IOAS_ALLOW_IOVAS,
                IommuIoasAllowIovas.allocate(arena).ioasId(ioas).numIovas(count).allowedIovas(ranges).memory());
    }

    int setOption(int option, int object, long value) {
        try (Arena arena = Arena.ofConfined()) {
            return ioctl(Iommufd.OPTION, IommuOption.allocate(arena).optionId(option).op((short) Iommufd.OPTION_SET)
                    .objectId(object).val64(value).memory());
        }
    }

    /** Answers the option's value. */
    long option(int option, int object) {
        try (Arena arena = Arena.ofConfined()) {
            IommuOption get = IommuOption.allocate(arena).optionId(option).op((short) Iommufd.OPTION_GET)
                    .objectId(object).val64(3);
            int answer = ioctl(Iommufd.OPTION, get.memory());
            return answer < 0 ? answer : get.val64();
        }
    }

    /** Answers the page table's id. */
    int pageTable(int device, int parent, int flags) {
        return pageTable(device, parent, flags, _ -> {});
    }

    /** Answers the page table's id. */
    int pageTable(int device, int parent, int flags, Consumer<IommuHwptAlloc> more) {
        try (Arena arena = Arena.ofConfined()) {
            IommuHwptAlloc alloc = IommuHwptAlloc.allocate(arena).devId(device).ptId(parent).flags(flags);
            more.accept(alloc);
            int answer = ioctl(Iommufd.HWPT_ALLOC, alloc.memory());
            return answer < 0 ? answer : alloc.hwptId();
        }
    }

    int trackDirty(int pageTable, boolean enable) {
        try (Arena arena = Arena.ofConfined()) {
            return ioctl(Iommufd.HWPT_SET_DIRTY_TRACKING, IommuHwptSetDirtyTracking.allocate(arena).hwptId(pageTable)
                    .flags(enable ? Iommufd.HWPT_DIRTY_TRACKING_ENABLE : 0).memory());
        }
    }

    int dirtyBitmap(int pageTable, int flags, long iova, long length, long pageSize, long bitmap) {
        try (Arena arena = Arena.ofConfined()) {
            return ioctl(Iommufd.HWPT_GET_DIRTY_BITMAP, IommuHwptGetDirtyBitmap.allocate(arena).hwptId(pageTable)
                    .flags(flags).iova(iova).length(length).pageSize(pageSize).data(bitmap).memory());
        }
    }
}

package org.pinion.backend.iommufd;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.RangeSet;
import org.pinion.device.DirtyBitmap;
import org.pinion.device.IovaRanges;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Fcntl;
import org.pinion.linux.Kernel;
import org.pinion.linux.uapi.IommuDestroy;
import org.pinion.linux.uapi.IommuHwInfo;
import org.pinion.linux.uapi.IommuHwptAlloc;
import org.pinion.linux.uapi.IommuHwptGetDirtyBitmap;
import org.pinion.linux.uapi.IommuHwptSetDirtyTracking;
import org.pinion.linux.uapi.IommuIoasAlloc;
import org.pinion.linux.uapi.IommuIoasAllowIovas;
import org.pinion.linux.uapi.IommuIoasChangeProcess;
import org.pinion.linux.uapi.IommuIoasCopy;
import org.pinion.linux.uapi.IommuIoasIovaRanges;
import org.pinion.linux.uapi.IommuIoasMap;
import org.pinion.linux.uapi.IommuIoasMapFile;
import org.pinion.linux.uapi.IommuIoasUnmap;
import org.pinion.linux.uapi.IommuIovaRange;
import org.pinion.linux.uapi.IommuOption;
import org.pinion.linux.uapi.Iommufd;
import org.pinion.linux.uapi.Struct;

/**
 * An open {@code /dev/iommu} and the one place that issues its ioctls, one method each. The structures are allocated
 * once and used again for every call, so one thread at a time. The collector frees them: memory that somebody may free
 * takes two atomic operations with every call.
 */
final class IommuFd implements AutoCloseable {

    static final String PATH = "/dev/iommu";

    /** What no call mistakes for a file that somebody else has opened since. */
    private static final int CLOSED = -1;

    private static final long EVERYTHING = -1L;
    private static final int FIRST_GUESS_OF_RANGES = 16;

    private final Kernel kernel;
    private int fd;
    private final LongAdder ioctls = new LongAdder();
    private final List<Scratch> left = new ArrayList<>();
    private final Arena arena = Arena.ofAuto();
    private final IommuIoasMap map = IommuIoasMap.allocate(arena);
    private final IommuIoasMapFile mapFile = IommuIoasMapFile.allocate(arena);
    private final IommuIoasUnmap unmap = IommuIoasUnmap.allocate(arena);
    private final IommuIoasCopy copy = IommuIoasCopy.allocate(arena);
    private final IommuDestroy destroy = IommuDestroy.allocate(arena);
    private final IommuIoasIovaRanges ranges = IommuIoasIovaRanges.allocate(arena);

    private IommuFd(Kernel kernel, int fd) {
        this.kernel = kernel;
        this.fd = fd;
    }

    /**
     * @param kernel the kernel to ask
     * @return a new iommufd, with no object in it
     * @throws ErrnoException if the kernel does not open it
     */
    static IommuFd open(Kernel kernel) throws ErrnoException {
        int answer = kernel.open(PATH, Fcntl.O_RDWR | Fcntl.O_CLOEXEC);
        return new IommuFd(kernel, ErrnoException.check("open " + PATH, answer));
    }

    /**
     * Goes on with an iommufd that another object had.
     *
     * @param kernel the kernel that has it open
     * @param fd its descriptor, which belongs to the new object from now on
     * @param ioctls how many ioctls were issued so far
     * @return the iommufd
     */
    static IommuFd adopt(Kernel kernel, int fd, long ioctls) {
        IommuFd iommu = new IommuFd(kernel, fd);
        iommu.ioctls.add(ioctls);
        return iommu;
    }

    int fd() {
        return fd;
    }

    /** {@return the scratch address spaces that the kernel has not destroyed yet} */
    List<Scratch> left() {
        return left;
    }

    /** {@return the count of the ioctls issued; those to the session's devices are counted in it too} */
    LongAdder ioctls() {
        return ioctls;
    }

    /**
     * Remembers a scratch address space that the kernel did not destroy: it may still hold pages.
     *
     * @param scratch the address space
     */
    void leave(Scratch scratch) {
        left.add(scratch);
    }

    /** Has the kernel destroy what it did not destroy before. */
    void sweep() {
        left.removeIf(Scratch::gone);
    }

    int allocateIoas() throws ErrnoException {
        try (Arena once = Arena.ofConfined()) {
            IommuIoasAlloc alloc = IommuIoasAlloc.allocate(once);
            check("IOMMU_IOAS_ALLOC", issue(Iommufd.IOAS_ALLOC, alloc));
            return alloc.ioasId();
        }
    }

    /**
     * Gives an IOAS a page table of a device's IOMMU without attaching the device.
     *
     * @param ioas the IOAS
     * @param device the id under which the device is bound
     * @return the page table's id
     * @throws ErrnoException if the kernel refuses
     */
    int allocatePageTable(int ioas, int device) throws ErrnoException {
        return allocatePageTable(ioas, device, 0);
    }

    /**
     * Gives an IOAS a page table that can tell which pages devices wrote.
     *
     * @param ioas the IOAS
     * @param device the id under which the device is bound, whose IOMMU can tell
     * @return the page table's id
     * @throws ErrnoException if the kernel refuses
     */
    int allocateTrackingPageTable(int ioas, int device) throws ErrnoException {
        return allocatePageTable(ioas, device, Iommufd.HWPT_ALLOC_DIRTY_TRACKING);
    }

    private int allocatePageTable(int ioas, int device, int flags) throws ErrnoException {
        try (Arena once = Arena.ofConfined()) {
            IommuHwptAlloc alloc = IommuHwptAlloc.allocate(once).devId(device).ptId(ioas).flags(flags);
            check("IOMMU_HWPT_ALLOC", issue(Iommufd.HWPT_ALLOC, alloc));
            return alloc.hwptId();
        }
    }

    /**
     * @param pageTable a page table that can tell which pages devices wrote
     * @param enable whether it begins anew to remember them, or ends
     * @throws ErrnoException if the kernel refuses
     */
    void track(int pageTable, boolean enable) throws ErrnoException {
        try (Arena once = Arena.ofConfined()) {
            IommuHwptSetDirtyTracking set = IommuHwptSetDirtyTracking.allocate(once).hwptId(pageTable);
            set.flags(enable ? Iommufd.HWPT_DIRTY_TRACKING_ENABLE : 0);
            check("IOMMU_HWPT_SET_DIRTY_TRACKING", issue(Iommufd.HWPT_SET_DIRTY_TRACKING, set));
        }
    }

    /**
     * Tells which pages devices wrote since they were told last.
     *
     * @param pageTable a page table that remembers them
     * @param range addresses that are mapped without a gap
     * @param pageSize bytes of a page
     * @return the pages
     * @throws ErrnoException if the kernel does not tell
     */
    RangeSet written(int pageTable, AddressRange range, long pageSize) throws ErrnoException {
        try (Arena once = Arena.ofConfined()) {
            DirtyBitmap bits = DirtyBitmap.allocate(once, range, pageSize);
            IommuHwptGetDirtyBitmap get = IommuHwptGetDirtyBitmap.allocate(once).hwptId(pageTable);
            get.iova(range.start()).length(range.size()).pageSize(pageSize).data(bits.memory().address());
            check("IOMMU_HWPT_GET_DIRTY_BITMAP", issue(Iommufd.HWPT_GET_DIRTY_BITMAP, get));
            return bits.written();
        }
    }

    /**
     * Says what the IOMMU before a device is.
     *
     * @param device the id under which the device is bound
     * @param answer takes the answer
     * @throws ErrnoException if the kernel does not tell
     */
    void hardware(int device, IommuHwInfo answer) throws ErrnoException {
        check("IOMMU_GET_HW_INFO", issue(Iommufd.GET_HW_INFO, answer.devId(device)));
    }

    /**
     * Sets an option.
     *
     * @param option which one, {@code Iommufd.OPTION_*}
     * @param object the IOAS that it is for, 0 for the iommufd
     * @param value the value
     * @throws ErrnoException if the kernel refuses
     */
    void set(int option, int object, long value) throws ErrnoException {
        try (Arena once = Arena.ofConfined()) {
            IommuOption set = IommuOption.allocate(once).optionId(option).objectId(object).val64(value);
            check("IOMMU_OPTION", issue(Iommufd.OPTION, set.op((short) Iommufd.OPTION_SET)));
        }
    }

    /**
     * Charges this process for what is pinned in all IOASes (iommufd_ioas_change_process in ioas.c): nothing, if it
     * is charged already. Linux 6.14 and later.
     *
     * @throws ErrnoException if the kernel refuses, {@code ENOTTY} if it does not know the request, {@code EINVAL} if
     *     anything is mapped but memory of files, {@code ENOMEM} if the process may not have as much pinned
     */
    void changeProcess() throws ErrnoException {
        try (Arena once = Arena.ofConfined()) {
            IommuIoasChangeProcess change = IommuIoasChangeProcess.allocate(once);
            check("IOMMU_IOAS_CHANGE_PROCESS", issue(Iommufd.IOAS_CHANGE_PROCESS, change));
        }
    }

    void destroy(int object) throws ErrnoException {
        check("IOMMU_DESTROY", issue(Iommufd.DESTROY, destroy.id(object)));
    }

    void map(int ioas, AddressRange range, Access access, long address) throws ErrnoException {
        map.flags(flags(access)).ioasId(ioas).userVa(address).length(range.size()).iova(range.start());
        check("IOMMU_IOAS_MAP", issue(Iommufd.IOAS_MAP, map));
    }

    void mapFile(int ioas, AddressRange range, Access access, int file, long offset) throws ErrnoException {
        mapFile.flags(flags(access)).ioasId(ioas).fd(file).start(offset).length(range.size()).iova(range.start());
        check("IOMMU_IOAS_MAP_FILE", issue(Iommufd.IOAS_MAP_FILE, mapFile));
    }

    /**
     * Whether the kernel has {@code IOMMU_IOAS_MAP_FILE} (Linux 6.13 and later). A file that cannot exist is looked
     * up only after everything else was found right, so {@code EBADF} says yes; a kernel without it does not know
     * the number.
     *
     * @param ioas an IOAS
     * @return whether it has
     * @throws ErrnoException if the kernel answers neither
     */
    boolean mapsFiles(int ioas) throws ErrnoException {
        try {
            mapFile(ioas, AddressRange.ofSize(0, kernel.pageSize()), Access.READ, -1, 0);
            return true;
        } catch (ErrnoException answer) {
            return switch (answer.errno()) {
                case EBADF -> true;
                case ENOTTY -> false;
                default -> throw answer;
            };
        }
    }

    /**
     * Maps what one IOAS has mapped at a range into another, at the same addresses, sharing the pages.
     *
     * @param from the IOAS that has it
     * @param to the IOAS that gets it
     * @param range the addresses, whole or part of one mapping
     * @param access what a device may do through the new one
     * @throws ErrnoException if the kernel refuses
     */
    void copy(int from, int to, AddressRange range, Access access) throws ErrnoException {
        copy.flags(flags(access)).srcIoasId(from).dstIoasId(to);
        copy.length(range.size()).srcIova(range.start()).dstIova(range.start());
        check("IOMMU_IOAS_COPY", issue(Iommufd.IOAS_COPY, copy));
    }

    /**
     * @param ioas the IOAS
     * @param range the addresses
     * @return bytes that were mapped there and are not any more
     * @throws ErrnoException if the kernel refuses
     */
    long unmap(int ioas, AddressRange range) throws ErrnoException {
        return unmap(ioas, range.start(), range.size());
    }

    /**
     * Removes everything; it is no error if that is nothing (ioas.c, {@code iommufd_ioas_unmap}).
     *
     * @param ioas the IOAS
     * @throws ErrnoException if the kernel refuses
     */
    void unmapAll(int ioas) throws ErrnoException {
        unmap(ioas, 0, EVERYTHING);
    }

    private long unmap(int ioas, long iova, long length) throws ErrnoException {
        check("IOMMU_IOAS_UNMAP", issue(Iommufd.IOAS_UNMAP, unmap.ioasId(ioas).iova(iova).length(length)));
        return unmap.length();
    }

    /**
     * @param ioas the IOAS
     * @return what it lets be mapped
     * @throws ErrnoException if the kernel does not tell
     */
    IovaRanges iovaRanges(int ioas) throws ErrnoException {
        int room = FIRST_GUESS_OF_RANGES;
        while (true) {
            try (Arena once = Arena.ofConfined()) {
                MemorySegment list = once.allocate((long) room * IommuIovaRange.SIZE, Long.BYTES);
                ranges.ioasId(ioas).numIovas(room).allowedIovas(list.address());
                int answer = issue(Iommufd.IOAS_IOVA_RANGES, ranges);
                if (answer != Errno.EMSGSIZE.answer() || ranges.numIovas() <= room) {
                    check("IOMMU_IOAS_IOVA_RANGES", answer);
                    return new IovaRanges(read(list, ranges.numIovas()), ranges.iovaAlignment());
                }
                // Too short: the kernel has put the right number in, which may be another one by the next call.
                room = ranges.numIovas();
            }
        }
    }

    /**
     * Has the kernel promise that addresses stay usable: until the promise is taken back, a device that would reserve
     * any of them is not attached ({@code EADDRINUSE}, iopt_reserve_iova in io_pagetable.c).
     *
     * @param ioas the IOAS
     * @param promised the addresses; none takes the promise back
     * @throws ErrnoException if the kernel refuses, {@code EADDRINUSE} if some are reserved already
     */
    void promise(int ioas, RangeSet promised) throws ErrnoException {
        // The kernel takes no range of a single byte.
        List<AddressRange> ranges = promised.ranges().stream()
                .filter(range -> range.start() != range.last())
                .toList();
        try (Arena once = Arena.ofConfined()) {
            MemorySegment list = once.allocate((ranges.size() + 1L) * IommuIovaRange.SIZE, Long.BYTES);
            for (int i = 0; i < ranges.size(); i++) {
                new IommuIovaRange(list.asSlice((long) i * IommuIovaRange.SIZE, IommuIovaRange.SIZE))
                        .start(ranges.get(i).start())
                        .last(ranges.get(i).last());
            }
            IommuIoasAllowIovas allow = IommuIoasAllowIovas.allocate(once);
            allow.ioasId(ioas).numIovas(ranges.size()).allowedIovas(list.address());
            check("IOMMU_IOAS_ALLOW_IOVAS", issue(Iommufd.IOAS_ALLOW_IOVAS, allow));
        }
    }

    private static RangeSet read(MemorySegment list, int count) {
        List<AddressRange> found = new ArrayList<>(count);
        for (long i = 0; i < count; i++) {
            IommuIovaRange range =
                    new IommuIovaRange(list.asSlice(i * IommuIovaRange.SIZE, IommuIovaRange.SIZE));
            found.add(new AddressRange(range.start(), range.last()));
        }
        return RangeSet.of(found);
    }

    private static int flags(Access access) {
        int readable = Iommufd.MAP_FIXED_IOVA | Iommufd.MAP_READABLE;
        return access.writable() ? readable | Iommufd.MAP_WRITEABLE : readable;
    }

    private int issue(int request, Struct argument) {
        ioctls.increment();
        return kernel.ioctl(fd, request, argument.memory());
    }

    private static void check(String call, int answer) throws ErrnoException {
        ErrnoException.check(call, answer);
    }

    /**
     * Closes the iommufd; every object that is still in it goes with it.
     *
     * @throws ErrnoException if the kernel complains; the descriptor is gone all the same
     */
    @Override
    public void close() throws ErrnoException {
        int open = fd;
        fd = CLOSED;
        check("close " + PATH, kernel.close(open));
    }
}

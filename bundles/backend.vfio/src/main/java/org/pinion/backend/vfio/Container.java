package org.pinion.backend.vfio;

import java.lang.foreign.Arena;
import java.util.concurrent.atomic.LongAdder;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.RangeSet;
import org.pinion.device.DirtyBitmap;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Fcntl;
import org.pinion.linux.Kernel;
import org.pinion.linux.uapi.IommuDestroy;
import org.pinion.linux.uapi.Iommufd;
import org.pinion.linux.uapi.Struct;
import org.pinion.linux.uapi.VfioBitmap;
import org.pinion.linux.uapi.VfioIommuType1DirtyBitmap;
import org.pinion.linux.uapi.VfioIommuType1DmaMap;
import org.pinion.linux.uapi.VfioIommuType1DmaUnmap;
import org.pinion.linux.uapi.VfioIommuType1Info;
import org.pinion.linux.uapi.VfioType1;

/**
 * An open {@code /dev/vfio/vfio} and the one place that issues its ioctls, one method each. The structures are
 * allocated once and used again for every call, so one thread at a time. The collector frees them: memory that
 * somebody may free takes two atomic operations with every call.
 */
final class Container implements AutoCloseable {

    static final String PATH = "/dev/vfio/vfio";

    /** What no call mistakes for a file that somebody else has opened since. */
    private static final int CLOSED = -1;

    private static final int FIRST_GUESS_OF_CAPABILITIES = 512;

    private final Kernel kernel;
    private int fd;
    private final LongAdder ioctls;
    private final Arena arena = Arena.ofAuto();
    private final VfioIommuType1DmaMap map = VfioIommuType1DmaMap.allocate(arena);
    private final VfioIommuType1DmaUnmap unmap = VfioIommuType1DmaUnmap.allocate(arena);

    private Container(Kernel kernel, int fd, LongAdder ioctls) {
        this.kernel = kernel;
        this.fd = fd;
        this.ioctls = ioctls;
    }

    /**
     * @param kernel the kernel to ask
     * @param ioctls counts every ioctl
     * @return a new container, with no group in it
     * @throws ErrnoException if the kernel does not open it
     */
    static Container open(Kernel kernel, LongAdder ioctls) throws ErrnoException {
        int answer = kernel.open(PATH, Fcntl.O_RDWR | Fcntl.O_CLOEXEC);
        return new Container(kernel, ErrnoException.check("open " + PATH, answer), ioctls);
    }

    /** Goes on with a container that another object had; its descriptor belongs to the new one from now on. */
    static Container adopt(Kernel kernel, int fd, LongAdder ioctls) {
        return new Container(kernel, fd, ioctls);
    }

    int fd() {
        return fd;
    }

    int apiVersion() throws ErrnoException {
        return ErrnoException.check("VFIO_GET_API_VERSION", issue(VfioType1.GET_API_VERSION, 0));
    }

    boolean has(int extension) throws ErrnoException {
        return ErrnoException.check("VFIO_CHECK_EXTENSION", issue(VfioType1.CHECK_EXTENSION, extension)) > 0;
    }

    /**
     * Whether the file is iommufd's, in its VFIO compatibility mode (drivers/iommu/iommufd/vfio_compat.c). Then it
     * also knows iommufd's requests, and misses an object that cannot exist; a container of VFIO's own knows no such
     * request.
     */
    boolean servedByIommufd() {
        try (Arena once = Arena.ofConfined()) {
            return issue(Iommufd.DESTROY, IommuDestroy.allocate(once)) == Errno.ENOENT.answer();
        }
    }

    void setIommu() throws ErrnoException {
        ErrnoException.check("VFIO_SET_IOMMU", issue(VfioType1.SET_IOMMU, VfioType1.TYPE1_V2));
    }

    /**
     * @return what the container lets be mapped, with the groups that are in it now
     * @throws ErrnoException if the kernel does not tell, {@code EINVAL} while no IOMMU is set
     */
    ContainerInfo info() throws ErrnoException {
        int room = FIRST_GUESS_OF_CAPABILITIES;
        while (true) {
            try (Arena once = Arena.ofConfined()) {
                VfioIommuType1Info info = VfioIommuType1Info.allocate(once, room);
                int given = info.declaredSize();
                ErrnoException.check("VFIO_IOMMU_GET_INFO", issue(VfioType1.GET_INFO, info));
                if (info.declaredSize() <= given) {
                    return ContainerInfo.of(info, kernel.pageSize());
                }
                // Too short: the kernel has put the right number in, which may be another one by the next call.
                room = info.declaredSize();
            }
        }
    }

    void map(AddressRange range, Access access, long address) throws ErrnoException {
        int flags = access.writable() ? VfioType1.MAP_READ | VfioType1.MAP_WRITE : VfioType1.MAP_READ;
        map.flags(flags).vaddr(address).iova(range.start()).size(range.size());
        ErrnoException.check("VFIO_IOMMU_MAP_DMA", issue(VfioType1.MAP_DMA, map));
    }

    /**
     * @param range the addresses
     * @return bytes that were mapped there and are not any more; it is no error if that is 0
     * @throws ErrnoException if the kernel refuses
     */
    long unmap(AddressRange range) throws ErrnoException {
        unmap.flags(0).iova(range.start()).size(range.size());
        ErrnoException.check("VFIO_IOMMU_UNMAP_DMA", issue(VfioType1.UNMAP_DMA, unmap));
        return unmap.size();
    }

    /**
     * Whether the container finds again what ends with the last of all addresses. Linux 6.12 searches by the address
     * after a mapping's last, which is 0 there: such a mapping can be made, and cannot be unmapped. The same kernels do
     * not tell an overflow from other invalid requests, and this asks for one, which changes nothing.
     *
     * @return whether it does
     */
    boolean reachesTheEnd() {
        unmap.flags(0).iova(-kernel.pageSize()).size(2 * kernel.pageSize());
        return issue(VfioType1.UNMAP_DMA, unmap) == Errno.EOVERFLOW.answer();
    }

    void unmapAll() throws ErrnoException {
        unmap.flags(VfioType1.UNMAP_ALL).iova(0).size(0);
        ErrnoException.check("VFIO_IOMMU_UNMAP_DMA", issue(VfioType1.UNMAP_DMA, unmap));
    }

    /**
     * Removes what is mapped and tells what of it was written. Only while written pages are tracked.
     *
     * @param range the addresses
     * @param page bytes of the container's smallest page
     * @return the pages that were written
     * @throws ErrnoException if the kernel refuses; nothing was removed
     */
    Unmapped unmapAndTell(AddressRange range, long page) throws ErrnoException {
        try (Arena once = Arena.ofConfined()) {
            DirtyBitmap bits = DirtyBitmap.allocate(once, range, page);
            VfioIommuType1DmaUnmap told = VfioIommuType1DmaUnmap.allocateWithBitmap(once);
            told.flags(VfioType1.UNMAP_GET_DIRTY_BITMAP).iova(range.start()).size(range.size());
            describe(bits, told.bitmap());
            ErrnoException.check("VFIO_IOMMU_UNMAP_DMA", issue(VfioType1.UNMAP_DMA, told));
            return new Unmapped(told.size(), bits.written());
        }
    }

    /**
     * What was removed.
     *
     * @param bytes that were mapped and are not any more
     * @param written the pages of them that were written
     */
    record Unmapped(long bytes, RangeSet written) {}

    /**
     * Tells which pages were written since they were told last.
     *
     * @param range the addresses of one mapping, or of none
     * @param page bytes of the container's smallest page
     * @return the pages
     * @throws ErrnoException if the kernel refuses, {@code EINVAL} unless written pages are tracked
     */
    RangeSet written(AddressRange range, long page) throws ErrnoException {
        try (Arena once = Arena.ofConfined()) {
            DirtyBitmap bits = DirtyBitmap.allocate(once, range, page);
            VfioIommuType1DirtyBitmap dirty = VfioIommuType1DirtyBitmap.allocateWithRange(once);
            dirty.flags(VfioType1.DIRTY_PAGES_GET_BITMAP);
            dirty.range().iova(range.start()).size(range.size());
            describe(bits, dirty.range().bitmap());
            ErrnoException.check("VFIO_IOMMU_DIRTY_PAGES", issue(VfioType1.DIRTY_PAGES, dirty));
            return bits.written();
        }
    }

    private static void describe(DirtyBitmap bits, VfioBitmap room) {
        room.pgsize(bits.pageSize()).size(bits.memory().byteSize()).data(bits.memory().address());
    }

    void startTracking() throws ErrnoException {
        track(VfioType1.DIRTY_PAGES_START);
    }

    void stopTracking() throws ErrnoException {
        track(VfioType1.DIRTY_PAGES_STOP);
    }

    private void track(int flag) throws ErrnoException {
        try (Arena once = Arena.ofConfined()) {
            VfioIommuType1DirtyBitmap dirty = VfioIommuType1DirtyBitmap.allocate(once).flags(flag);
            ErrnoException.check("VFIO_IOMMU_DIRTY_PAGES", issue(VfioType1.DIRTY_PAGES, dirty));
        }
    }

    private int issue(int request, Struct argument) {
        ioctls.increment();
        return kernel.ioctl(fd, request, argument.memory());
    }

    private int issue(int request, long argument) {
        ioctls.increment();
        return kernel.ioctl(fd, request, argument);
    }

    /**
     * Closes the container.
     *
     * @throws ErrnoException if the kernel complains; the descriptor is gone all the same
     */
    @Override
    public void close() throws ErrnoException {
        int open = fd;
        fd = CLOSED;
        ErrnoException.check("close " + PATH, kernel.close(open));
    }
}

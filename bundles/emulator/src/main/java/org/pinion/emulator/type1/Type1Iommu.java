package org.pinion.emulator.type1;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.pinion.emulator.iommufd.Transfer;
import org.pinion.emulator.iommufd.TransferFault;
import org.pinion.emulator.host.KernelRelease;
import org.pinion.emulator.memory.LockedMemory;
import org.pinion.emulator.memory.ProcessMemory;
import org.pinion.emulator.syscall.ContainerInfo;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.VfioIommuType1DmaUnmap;
import org.pinion.linux.uapi.VfioType1;

/**
 * The IOMMU of a container ({@code struct vfio_iommu}). One lock guards all of it, transfers of devices included, so
 * that an unmap that has returned is never overtaken. Methods may be called from any thread.
 */
public final class Type1Iommu {

    /**
     * VFIO_TYPE1_NESTING_IOMMU of include/uapi/linux/vfio.h, reserved since: the second version, with page tables that
     * no driver makes any more.
     */
    public static final int NESTING = 6;

    private final ReentrantLock lock = new ReentrantLock();
    private final boolean v2;
    private final KernelRelease release;
    private final Mappings mappings;
    private final AttachedGroups groups;
    private final DirtyPages dirtyPages;

    /**
     * @param kind {@link VfioType1#TYPE1_V2}, {@link #NESTING}, or {@link VfioType1#TYPE1}, which unmaps what one
     *     request mapped as soon as its first address is unmapped
     * @param process the memory that user addresses mean
     * @param locked what pinned pages are charged to
     * @param limit how many mappings there may be
     * @param release which kernel it is of
     */
    public Type1Iommu(int kind, ProcessMemory process, LockedMemory locked, int limit, KernelRelease release) {
        this.v2 = kind != VfioType1.TYPE1;
        this.release = release;
        this.mappings = new Mappings(process, locked, limit, release);
        this.groups = new AttachedGroups(mappings, kind == NESTING);
        this.dirtyPages = new DirtyPages(mappings, groups);
    }

    boolean v2() {
        return v2;
    }

    /** Whether it can handle what ends with the last of all addresses. */
    boolean reachesTheEnd() {
        return release.reachesTheEnd();
    }

    /** The answer to what reaches past the last of all addresses. */
    Errno pastTheEnd() {
        return release.reachesTheEnd() ? Errno.EOVERFLOW : Errno.EINVAL;
    }

    Mappings mappings() {
        return mappings;
    }

    AttachedGroups groups() {
        return groups;
    }

    DirtyPages dirtyPages() {
        return dirtyPages;
    }

    /** EINVAL if a mapping lies across one of the ends of a range. */
    void requireNotBisected(long start, long last) throws SyscallException {
        DmaMapping first = mappings.tree().at(start);
        SyscallException.require(first == null || first.start() == start, Errno.EINVAL);
        DmaMapping end = mappings.tree().at(last);
        SyscallException.require(end == null || end.last() == last, Errno.EINVAL);
    }

    /**
     * Executes a request with a structure.
     *
     * @param request the request's number
     * @param argument the structure
     * @return what the request answers
     * @throws SyscallException what it fails with; ENOTTY if it is not known
     */
    public int ioctl(int request, MemorySegment argument) throws SyscallException {
        return switch (request) {
            case VfioType1.GET_INFO -> locked(() -> info().answer(argument));
            case VfioType1.MAP_DMA -> {
                MapRequest map = MapRequest.read(this, argument);
                yield locked(map::run);
            }
            case VfioType1.UNMAP_DMA -> {
                UnmapRequest unmap = UnmapRequest.read(this, argument);
                yield locked(() -> new VfioIommuType1DmaUnmap(argument).size(unmap.run()));
            }
            case VfioType1.DIRTY_PAGES -> locked(() -> new DirtyRequest(this).run(argument));
            default -> throw new SyscallException(Errno.ENOTTY);
        };
    }

    private ContainerInfo info() {
        return new ContainerInfo(groups.pageSizes()).migration(groups.smallestPage(), UserBitmap.MAXIMUM_BYTES)
                .available(mappings.available()).usable(groups.usable().ranges());
    }

    /** What is done under the lock. */
    @FunctionalInterface
    private interface Body {
        void run() throws SyscallException;
    }

    private int locked(Body body) throws SyscallException {
        lock.lock();
        try {
            body.run();
            return 0;
        } finally {
            lock.unlock();
        }
    }

    /**
     * @param extension an extension's number
     * @return whether the container has it
     */
    public boolean has(int extension) {
        lock.lock();
        try {
            return switch (extension) {
                case VfioType1.DMA_CC -> groups.forceSnooping();
                case VfioType1.UPDATE_VADDR -> !groups.anyEmulated();
                default -> hasAlways(extension);
            };
        } finally {
            lock.unlock();
        }
    }

    /**
     * @param extension an extension's number
     * @return whether every container has it, also before its kind is chosen
     */
    public static boolean hasAlways(int extension) {
        return extension == VfioType1.TYPE1 || extension == VfioType1.TYPE1_V2
                || extension == VfioType1.UNMAP_ALL_EXTENSION;
    }

    /**
     * Adds a group.
     *
     * @param group a group
     * @throws SyscallException why it cannot be added; then nothing has changed
     */
    public void attach(IommuGroup group) throws SyscallException {
        locked(() -> groups.attach(group));
    }

    /**
     * Takes a group out.
     *
     * @param group a group that was added
     */
    public void detach(IommuGroup group) {
        lock.lock();
        try {
            groups.detach(group);
            if (!group.emulated()) {
                dirtyPages.writerLeft();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Removes all mappings, as the end of the container does. */
    public void release() {
        lock.lock();
        try {
            mappings.removeAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Moves bytes between memory and a device of a group behind an IOMMU: all or nothing.
     *
     * @param iova where, an IO virtual address
     * @param buffer the device's bytes
     * @param toMemory whether the device writes memory; else it reads it
     * @return why the transfer was stopped, empty if it was done
     */
    public Optional<TransferFault> transfer(long iova, MemorySegment buffer, boolean toMemory) {
        lock.lock();
        try {
            return new Transfer(mappings.tree()::at, iova, buffer, toMemory).run();
        } finally {
            lock.unlock();
        }
    }
}

package org.pinion.device;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Fcntl;
import org.pinion.linux.Kernel;
import org.pinion.linux.Mman;
import org.pinion.linux.uapi.Struct;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioDeviceInfo;

/**
 * A VFIO device, open through its character device {@code /dev/vfio/devices/vfioN} (drivers/vfio/device_cdev.c) or
 * through its group (drivers/vfio/group.c). Until one of the first kind is bound to an iommufd the kernel answers
 * {@code EINVAL} to everything else; binding and attaching are up to the owner of this object, by way of {@link
 * #ioctl}.
 *
 * <p>Methods may be called from any thread; closing waits for the accesses that are under way, so that none of them
 * can hit a descriptor that the kernel has given to somebody else meanwhile. Every {@link ErrnoException} names the
 * operation and the device.
 */
public final class VfioDevice implements AutoCloseable {

    private static final int CLOSED = -1;

    private final Kernel kernel;
    private final String name;
    private final LongAdder ioctls;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final Map<Integer, DeviceRegion> regions = new ConcurrentHashMap<>();
    private final RegionTransfers transfers;
    private final PciConfigSpace configSpace = new PciConfigSpace(this);
    private final RegionMappings mappings = new RegionMappings();
    private final AllowedInterrupts interrupts = new AllowedInterrupts();
    private final ConfigWrites configWrites = new ConfigWrites(this);
    private int fd;

    private VfioDevice(Kernel kernel, String name, int fd, LongAdder ioctls) {
        this.kernel = kernel;
        this.name = name;
        this.fd = fd;
        this.ioctls = ioctls;
        this.transfers = new RegionTransfers(this, name);
    }

    /**
     * Opens a device.
     *
     * @param kernel the kernel to ask
     * @param name the device's address, for messages
     * @param cdev its character device, such as {@code /dev/vfio/devices/vfio0}
     * @param ioctls counts every ioctl that is issued to the device
     * @return the device, neither bound nor attached
     * @throws ErrnoException if the kernel does not open it
     */
    public static VfioDevice open(Kernel kernel, String name, String cdev, LongAdder ioctls) throws ErrnoException {
        int answer = kernel.open(cdev, Fcntl.O_RDWR | Fcntl.O_CLOEXEC);
        return new VfioDevice(kernel, name, ErrnoException.check("open " + cdev + " of " + name, answer), ioctls);
    }

    /**
     * Takes over a device that is open already, as {@code VFIO_GROUP_GET_DEVICE_FD} opens it.
     *
     * @param kernel the kernel to ask
     * @param name the device's address, for messages
     * @param fd its descriptor, which belongs to the new object from now on
     * @param ioctls counts every ioctl that is issued to the device
     * @return the device
     */
    public static VfioDevice of(Kernel kernel, String name, int fd, LongAdder ioctls) {
        return new VfioDevice(kernel, name, fd, ioctls);
    }

    /** {@return the open descriptor, -1 once closed; it belongs to this object} */
    public int fd() {
        lock.readLock().lock();
        try {
            return fd;
        } finally {
            lock.readLock().unlock();
        }
    }

    /**
     * Issues an ioctl to the device.
     *
     * @param request the request's number (see {@link Vfio})
     * @param argument the structure; the kernel may read and write it
     * @return what the ioctl returns, or a negated error number
     */
    public int ioctl(int request, Struct argument) {
        lock.readLock().lock();
        try {
            ioctls.increment();
            return kernel.ioctl(fd, request, argument.memory());
        } finally {
            lock.readLock().unlock();
        }
    }

    /**
     * What kind of device it is.
     *
     * @return {@link Vfio#DEVICE_RESETTABLE}, {@link Vfio#DEVICE_PCI} and others, combined
     * @throws ErrnoException if the device does not tell, {@code EINVAL} while it is not bound
     */
    public int flags() throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            VfioDeviceInfo info = VfioDeviceInfo.allocate(arena);
            check("ask what it is", ioctl(Vfio.DEVICE_GET_INFO, info));
            return info.flags();
        }
    }

    /**
     * What a region is. Asked once and kept: regions do not change while a device is open.
     *
     * @param index which region
     * @return the region
     * @throws ErrnoException if the device has no such region ({@code EINVAL}) or does not tell
     */
    public DeviceRegion region(int index) throws ErrnoException {
        DeviceRegion known = regions.get(index);
        if (known != null) {
            return known;
        }
        DeviceRegion asked = RegionInfo.ask(this, index);
        regions.put(index, asked);
        return asked;
    }

    /**
     * Reads from a region.
     *
     * @param region the region's index
     * @param offset where in the region, bytes
     * @param into takes the bytes, all of it; 1, 2, 4 or 8 bytes are one access of the device
     * @throws RegionAccessException if the access is outside the region, the region cannot be read, or the device
     *     gives fewer bytes
     * @throws ErrnoException if the device has no such region or does not answer
     */
    public void read(int region, long offset, MemorySegment into) throws IOException {
        transfers.read(region(region), offset, into);
    }

    /**
     * Writes to a region.
     *
     * @param region the region's index
     * @param offset where in the region, bytes
     * @param from the bytes, all of them; 1, 2, 4 or 8 bytes are one access of the device
     * @throws RegionAccessException if the access is outside the region, the region cannot be written, or the device
     *     takes fewer bytes
     * @throws ErrnoException if the device has no such region or does not answer
     */
    public void write(int region, long offset, MemorySegment from) throws IOException {
        RegionAccess access = transfers.toWrite(region(region), offset, from.byteSize());
        if (region == Vfio.PCI_CONFIG_REGION) {
            configWrites.write(offset, from.byteSize(), () -> transfers.write(access, from));
        } else {
            transfers.write(access, from);
        }
    }

    /** {@code pread(2)} or {@code pwrite(2)} of native memory: how many bytes, or a negated error number. */
    long transfer(boolean in, MemorySegment memory, long at) {
        lock.readLock().lock();
        try {
            return in ? kernel.pread(fd, memory, at) : kernel.pwrite(fd, memory, at);
        } finally {
            lock.readLock().unlock();
        }
    }

    /**
     * Maps a part of a region into this process, for reading and writing.
     *
     * @param region the region's index
     * @param area a part of what {@link DeviceRegion#mappable} lists, in whole pages
     * @return the mapping, which is closed with the device at the latest
     * @throws ErrnoException if the device has no such region or the kernel does not map it
     */
    public RegionMapping map(int region, RegionArea area) throws ErrnoException {
        long at = region(region).fileOffset() + area.offset();
        lock.readLock().lock();
        try {
            MemorySegment memory =
                    kernel.mmap(area.size(), Mman.PROT_READ | Mman.PROT_WRITE, Mman.MAP_SHARED, fd, at);
            RegionMapping mapping = new RegionMapping(kernel, this, memory);
            mappings.add(mapping);
            return mapping;
        } finally {
            lock.readLock().unlock();
        }
    }

    /** {@return what is mapped of its regions} */
    RegionMappings mappings() {
        return mappings;
    }

    /**
     * A mapping that {@link #map} made.
     *
     * @param memory its memory
     * @return the mapping; empty if it is closed, or none of this device
     */
    public Optional<RegionMapping> mapping(MemorySegment memory) {
        return mappings.at(memory);
    }

    /**
     * Takes over a part of a region that another object has mapped.
     *
     * @param memory where it is mapped
     * @return the mapping, which is closed with the device at the latest
     */
    public RegionMapping mapped(MemorySegment memory) {
        RegionMapping mapping = new RegionMapping(kernel, this, memory);
        mappings.add(mapping);
        return mapping;
    }

    /**
     * What interrupts of one kind the device has.
     *
     * @param index which kind, such as {@link Vfio#PCI_MSI_IRQ}
     * @return the kind
     * @throws ErrnoException if there is no such kind ({@code EINVAL}) or the device does not tell
     */
    public DeviceIrq irq(int index) throws ErrnoException {
        return DeviceIrq.ask(this, index);
    }

    /**
     * Allows the device interrupts of one kind; of INTx, MSI and MSI-X one kind at a time.
     *
     * @param index which kind, such as {@link Vfio#PCI_MSI_IRQ}
     * @param count how many of them, from the first on, at most as many as {@link #irq} says
     * @return the interrupts, which are closed with the device at the latest
     * @throws ErrnoException if the kernel refuses; {@code EINVAL} if those of the kind are allowed already
     */
    public Interrupts interrupts(int index, int count) throws ErrnoException {
        return interrupts.allow(kernel, this, irq(index).index(), count);
    }

    /**
     * Interrupts that {@link #interrupts} allowed.
     *
     * @param index which kind
     * @return the interrupts; empty if they are closed, or were never allowed
     */
    public Optional<Interrupts> allowed(int index) {
        return interrupts.of(index);
    }

    void forget(Interrupts closed) {
        interrupts.remove(closed);
    }

    /** {@return the device's PCI configuration space; only for a PCI function} */
    public PciConfigSpace configSpace() {
        return configSpace;
    }

    /**
     * Whether the BARs can be reached, as far as this object has seen to it: by writes to configuration space and by
     * resets. Costs no system call.
     *
     * @return the state now; on until something turned it off
     */
    public MemoryDecoding decoding() {
        return configWrites.decoding();
    }

    /** {@return what a driver has of the device beside its file} */
    public DriverParts driverParts() {
        return new DriverParts(name, mappings.memory(), interrupts.eventfds());
    }

    /**
     * Goes on from where another object was, which has had the device open until now.
     *
     * @param seen what {@link #decoding} said there
     * @param parts what {@link #driverParts} said there
     */
    public void goOnFrom(MemoryDecoding seen, DriverParts parts) {
        configWrites.goOnFrom(seen);
        parts.regions().forEach(this::mapped);
        parts.eventfds().forEach((kind, eventfds) ->
                interrupts.goOnWith(Interrupts.of(kernel, this, kind, eventfds)));
    }

    /**
     * Exports a part of a BAR as a dma-buf ({@code VFIO_DEVICE_FEATURE_DMA_BUF}). The buffer is revoked when the
     * device's memory is turned off, and usable again when it is back; what was mapped of it is not.
     *
     * @param bar the BAR's number, 0 to 5
     * @param offset where in the BAR it begins, a multiple of the page size
     * @param length bytes, a multiple of the page size
     * @return the buffer's descriptor, which belongs to the caller
     * @throws ErrnoException if the kernel has no such export ({@code ENOTTY}), the driver has none ({@code
     *     EOPNOTSUPP}), the host uses the BAR ({@code ENODEV}), or a peer may not reach its memory ({@code EINVAL})
     */
    public int exportDmaBuf(int bar, long offset, long length) throws ErrnoException {
        return DmaBufExport.request(this, bar, offset, length);
    }

    /**
     * Resets the device. Dma-bufs of its BARs are revoked by it.
     *
     * @throws ErrnoException if the device cannot be reset or does not let itself be
     */
    public void reset() throws ErrnoException {
        try {
            issueReset();
            configWrites.interrupted();
        } catch (ErrnoException failure) {
            // The kernel looks first whether the device has a reset at all; what fails later has revoked the BARs.
            if (failure.errno() != Errno.EINVAL) {
                configWrites.interrupted();
            }
            throw failure;
        }
    }

    /**
     * Which devices {@link #hotReset} would reset, this one included.
     *
     * @return the devices
     * @throws ErrnoException if the slot or bus of the device has no reset ({@code ENODEV}) or the kernel does not tell
     */
    public List<DependentDevice> hotResetDevices() throws ErrnoException {
        return HotReset.devices(this);
    }

    /**
     * Resets the slot or bus of the device with all devices on it, which must all be bound to a driver of VFIO. What
     * other devices lose by it, only their owners can see to.
     *
     * @param groups the descriptors of the groups of all these devices, if this one was opened through its group; none
     *     if it is bound to an iommufd: then all must be bound to the same one, or share a group with one that is
     * @throws ErrnoException if one of them belongs to somebody else ({@code EINVAL}) or the kernel refuses
     */
    public void hotReset(List<Integer> groups) throws ErrnoException {
        try {
            HotReset.run(this, groups);
        } finally {
            configWrites.interrupted();
        }
    }

    private void issueReset() throws ErrnoException {
        lock.readLock().lock();
        try {
            ioctls.increment();
            check("reset", kernel.ioctl(fd, Vfio.DEVICE_RESET, 0L));
        } finally {
            lock.readLock().unlock();
        }
    }

    void check(String operation, int answer) throws ErrnoException {
        ErrnoException.check(operation + " of " + name, answer);
    }

    /**
     * Closes the device, after the accesses under way; this also undoes its binding. Closing twice does nothing.
     *
     * @throws ErrnoException if the kernel complains; the descriptor is gone all the same, as {@code close(2)} says
     */
    @Override
    public void close() throws ErrnoException {
        lock.writeLock().lock();
        try {
            int open = fd;
            fd = CLOSED;
            if (open != CLOSED) {
                mappings.closeAll(name);
                interrupts.forgetAll(name);
                check("close", kernel.close(open));
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}

package org.pinion.emulator;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.AccessDeniedException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.pinion.emulator.file.EventFile;
import org.pinion.emulator.file.FileTable;
import org.pinion.emulator.file.HeldFile;
import org.pinion.emulator.file.MemoryFile;
import org.pinion.emulator.file.OpenFile;
import org.pinion.emulator.host.Host;
import org.pinion.emulator.host.HostDevice;
import org.pinion.emulator.host.HostFile;
import org.pinion.emulator.iommufd.GroupOwners;
import org.pinion.emulator.iommufd.IommufdContext;
import org.pinion.emulator.iommufd.IommufdFile;
import org.pinion.emulator.iommufd.MockHost;
import org.pinion.emulator.memory.LockedMemory;
import org.pinion.emulator.memory.MapTarget;
import org.pinion.emulator.memory.Pages;
import org.pinion.emulator.memory.ProcessMemory;
import org.pinion.emulator.memory.SparseMemory;
import org.pinion.emulator.pci.DmaFault;
import org.pinion.emulator.pci.FaultLog;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.emulator.sysfs.ProcSelf;
import org.pinion.emulator.sysfs.Sysfs;
import org.pinion.emulator.type1.IommuGroup;
import org.pinion.emulator.vfio.Container;
import org.pinion.emulator.vfio.ContainerFile;
import org.pinion.emulator.vfio.GroupFile;
import org.pinion.emulator.vfio.VfioDevice;
import org.pinion.emulator.vfio.VfioDeviceFile;
import org.pinion.emulator.vfio.VfioGroup;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Fcntl;
import org.pinion.linux.Kernel;
import org.pinion.linux.Mman;

/**
 * A {@link Kernel} in plain Java for one process on one emulated machine: the same requests as Linux's, with its
 * rules, its order of checks and its error numbers. Memory is real, and devices that do DMA do it.
 */
public final class EmulatedKernel implements Kernel {

    private static final String IOMMUFD = "/dev/iommu";
    private static final String CONTAINER = "/dev/vfio/vfio";
    private static final String VFIO_GROUPS = "/dev/vfio/";
    private static final String VFIO_DEVICES = "/dev/vfio/devices/";

    private final Host host;
    private final FileTable files = new FileTable();
    private final ProcessMemory memory = new ProcessMemory();
    private final FaultLog faults = new FaultLog();
    private final Map<String, VfioDevice> devices = new TreeMap<>();
    private final Map<String, VfioGroup> groups = new TreeMap<>();
    private final LockedMemory locked;
    private final Optional<MockHost> mocks;
    private final Sysfs sysfs;
    private final ProcSelf proc;

    private EmulatedKernel(Host host) {
        this.host = host;
        this.locked = new LockedMemory(host.memlock(), host.ipcLock());
        this.mocks = host.mockDevices() ? Optional.of(new MockHost(host.release())) : Optional.empty();
        GroupOwners owners = new GroupOwners(host.devices());
        for (HostDevice device : host.devices()) {
            if (device.vfio()) {
                add(device, owners);
            }
        }
        groups.values().forEach(group -> group.devices(devicesOf(group)));
        this.sysfs = new Sysfs(host, devices.values());
        this.proc = new ProcSelf(memory, locked);
    }

    private void add(HostDevice device, GroupOwners owners) {
        String name = "vfio" + devices.size();
        VfioGroup group = groups.computeIfAbsent(VFIO_GROUPS + device.group(), path -> new VfioGroup(
                IommuGroup.of(device.group(), host.devicesOf(device.group())), owners));
        devices.put(name, new VfioDevice(name, device, group, owners, faults, host.release()));
    }

    private List<VfioDevice> devicesOf(VfioGroup group) {
        return devices.values().stream().filter(device -> device.host().group() == group.number()).toList();
    }

    /**
     * The machine that is shipped: two {@code edu} at 0000:00:10.0 and 0000:00:11.0, an {@code ivshmem} at
     * 0000:00:12.0 and an mdev, behind an Intel IOMMU of 39 bits.
     *
     * @return a kernel of its own
     */
    public static EmulatedKernel lab() {
        return of(HostFile.lab());
    }

    /**
     * @param host a machine
     * @return a kernel on it
     */
    public static EmulatedKernel of(Host host) {
        return new EmulatedKernel(host);
    }

    /** {@return the latest transfers of devices that were stopped, oldest first} */
    public List<DmaFault> faults() {
        return faults.faults();
    }

    /** Closes every file descriptor, as the end of the process does. Mappings stay. */
    public void closeAll() {
        files.closeAll();
        memory.forgetFiles();
    }

    @Override
    public String type() {
        return EMULATED;
    }

    @Override
    public String description() {
        return host.kernel();
    }

    /** A system call that answers a number. */
    @FunctionalInterface
    private interface Call {
        long run() throws SyscallException;
    }

    /** A system call on a file. */
    @FunctionalInterface
    private interface FileCall {
        long run(OpenFile file) throws SyscallException;
    }

    /** The file does not end before the call does, whoever closes its descriptor meanwhile. */
    private long answer(int fd, FileCall call) {
        try (HeldFile held = files.hold(fd)) {
            return call.run(held.file());
        } catch (SyscallException e) {
            return e.errno().answer();
        }
    }

    private static long answer(Call call) {
        try {
            return call.run();
        } catch (SyscallException e) {
            return e.errno().answer();
        }
    }

    /** ENOENT for what is not there, EACCES for what is there and cannot be opened. */
    @Override
    public int open(String path, int flags) {
        return (int) answer(() -> files.add(opened(path)));
    }

    private OpenFile opened(String path) throws SyscallException {
        if (path.equals(IOMMUFD)) {
            return new IommufdFile(new IommufdContext(memory, locked, files, host), host.release(), mocks);
        }
        if (path.equals(CONTAINER)) {
            return new ContainerFile(new Container(memory, locked, host.dmaEntryLimit(), host.release()));
        }
        VfioGroup group = groups.get(path);
        if (group != null) {
            group.open();
            return new GroupFile(group, files);
        }
        return openedDevice(path);
    }

    private OpenFile openedDevice(String path) throws SyscallException {
        VfioDevice device = path.startsWith(VFIO_DEVICES) ? devices.get(path.substring(VFIO_DEVICES.length())) : null;
        if (device == null) {
            throw new SyscallException(sysfs.exists(path) ? Errno.EACCES : Errno.ENOENT);
        }
        return VfioDeviceFile.ofCharacterDevice(device, files);
    }

    @Override
    public int close(int fd) {
        return (int) answer(() -> {
            files.close(fd);
            return 0;
        });
    }

    @Override
    public int ioctl(int fd, int request, MemorySegment argument) {
        return (int) answer(fd, file -> file.ioctl(request, argument));
    }

    @Override
    public int ioctl(int fd, int request, long argument) {
        return (int) answer(fd, file -> file.ioctl(request, argument));
    }

    @Override
    public MemorySegment mmap(long length, int protection, int flags, int fd, long offset) throws ErrnoException {
        String call = "mmap of %d bytes".formatted(length);
        try {
            SyscallException.require(length > 0 && Pages.roundUp(length) > 0, Errno.EINVAL);
            boolean shared = (flags & Mman.MAP_SHARED) != 0;
            SyscallException.require(shared != ((flags & Mman.MAP_PRIVATE) != 0), Errno.EINVAL);
            if ((flags & Mman.MAP_ANONYMOUS) != 0) {
                return memory.mapAnonymous(length, protection, shared);
            }
            SyscallException.require(offset >= 0 && offset % Pages.SIZE == 0, Errno.EINVAL);
            return mapFile(fd, offset, length, protection, shared);
        } catch (SyscallException e) {
            throw new ErrnoException(call, e.errno());
        } catch (IOException e) {
            throw new ErrnoException("%s (%s)".formatted(call, e.getMessage()), Errno.ENOMEM);
        }
    }

    /** Once it is mapped the file is held by the mapping. */
    private MemorySegment mapFile(int fd, long offset, long length, int protection, boolean shared)
            throws SyscallException, IOException {
        try (HeldFile held = files.hold(fd)) {
            MapTarget target = held.file().mapTarget(offset, length);
            Runnable letGo = held::close;
            held.again();
            try {
                return memory.mapFile(length, protection, shared, target, letGo);
            } catch (IOException e) {
                letGo.run();
                throw e;
            }
        }
    }

    @Override
    public int munmap(MemorySegment mapped) {
        return (int) answer(() -> {
            memory.unmap(mapped);
            return 0;
        });
    }

    @Override
    public long pread(int fd, MemorySegment into, long offset) {
        return answer(fd, file -> file.read(into, offset));
    }

    @Override
    public long pwrite(int fd, MemorySegment from, long offset) {
        return answer(fd, file -> file.write(from, offset));
    }

    @Override
    public int memfdCreate(String name, int flags) {
        return (int) answer(() -> {
            int pageBits = (flags & Mman.MFD_HUGETLB) == 0 ? 0 : -1 << Mman.MFD_HUGE_SHIFT;
            SyscallException.require(
                    (flags & ~(Mman.MFD_CLOEXEC | Mman.MFD_HUGETLB | pageBits)) == 0, Errno.EINVAL);
            return files.add(new MemoryFile(name, sparse()));
        });
    }

    private static SparseMemory sparse() throws SyscallException {
        try {
            return SparseMemory.create();
        } catch (IOException e) {
            throw new SyscallException(Errno.ENFILE);
        }
    }

    @Override
    public int ftruncate(int fd, long length) {
        return (int) answer(fd, file -> {
            file.truncate(length);
            return 0;
        });
    }

    @Override
    public int eventfd(int initial, int flags) {
        return (int) answer(() -> {
            SyscallException.require((flags & ~(Fcntl.O_CLOEXEC | Fcntl.O_NONBLOCK)) == 0, Errno.EINVAL);
            return files.add(new EventFile(Integer.toUnsignedLong(initial), (flags & Fcntl.O_NONBLOCK) == 0));
        });
    }

    @Override
    public long read(int fd, MemorySegment into) {
        return answer(fd, file -> file.read(into));
    }

    @Override
    public long write(int fd, MemorySegment from) {
        return answer(fd, file -> file.write(from));
    }

    @Override
    public int poll(int fd, int millis) {
        return (int) answer(fd, file -> file.poll(millis) ? 1 : 0);
    }

    @Override
    public long pageSize() {
        return Pages.SIZE;
    }

    @Override
    public String readFile(String path) throws IOException {
        Optional<String> generated = proc.read(path);
        return generated.isPresent() ? generated.get() : sysfs.read(path);
    }

    @Override
    public void writeFile(String path, String content) throws IOException {
        if (proc.read(path).isPresent()) {
            throw new AccessDeniedException(path);
        }
        sysfs.write(path, content);
    }

    @Override
    public List<String> list(String path) throws IOException {
        return sysfs.list(path);
    }

    @Override
    public Optional<String> linkName(String path) throws IOException {
        return sysfs.linkName(path);
    }
}

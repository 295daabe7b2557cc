package org.pinion.emulator.iommufd;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.pinion.emulator.file.FileTable;
import org.pinion.emulator.host.Host;
import org.pinion.emulator.host.HostDevice;
import org.pinion.emulator.host.IommuDriver;
import org.pinion.emulator.host.KernelRelease;
import org.pinion.emulator.memory.LockedMemory;
import org.pinion.emulator.memory.Pages;
import org.pinion.emulator.memory.ProcessMemory;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/**
 * What one open of {@code /dev/iommu} stands for ({@code struct iommufd_ctx}). It lives on while a device is bound to
 * it or a group is in it, even when its descriptor is closed. One lock guards all that belongs to it. Who holds it
 * takes no other context's: what concerns several takes one lock after the other. So contexts wait for one another only
 * while one looks for the pages behind addresses, which the monitor of the process's memory guards, and for what is
 * guarded by a monitor of the whole machine: descriptors, and who owns each group.
 */
public final class IommufdContext {

    private final ReentrantLock lock = new ReentrantLock();
    private final ObjectTable objects = new ObjectTable();
    private final Map<Integer, DeviceGroup> groups = new HashMap<>();
    private final ProcessMemory process;
    private final LockedMemory locked;
    private final FileTable files;
    private final boolean mayChooseAccount;
    private final IommuDriver driver;
    private final KernelRelease release;
    private Ioas compatible;
    private boolean closed;
    private int bindings;
    private LockedMemory.Account account = LockedMemory.Account.USER;

    /**
     * @param process the memory that user addresses mean
     * @param locked what pinned pages are charged to
     * @param files what file descriptors mean
     * @param host the machine
     */
    public IommufdContext(ProcessMemory process, LockedMemory locked, FileTable files, Host host) {
        this.process = process;
        this.locked = locked;
        this.files = files;
        this.mayChooseAccount = host.sysResource();
        this.driver = host.iommuDriver();
        this.release = host.release();
    }

    ReentrantLock lock() {
        return lock;
    }

    ObjectTable objects() {
        return objects;
    }

    FileTable files() {
        return files;
    }

    ProcessMemory process() {
        return process;
    }

    boolean mayChooseAccount() {
        return mayChooseAccount;
    }

    LockedMemory.Account account() {
        return account;
    }

    void account(LockedMemory.Account chosen) {
        account = chosen;
    }

    /** The address space that requests for a container mean, or null. */
    Ioas compatible() {
        return compatible;
    }

    void compatible(Ioas chosen) {
        compatible = chosen;
    }

    /**
     * A group joins: makes an address space for the requests of a container, unless there is one. Until the group
     * {@link #left} again the iommufd lives on.
     *
     * @throws SyscallException EBADF if its descriptor has just been closed
     */
    public void joined() throws SyscallException {
        lock.lock();
        try {
            requireOpen();
            bindings++;
            if (compatible == null) {
                compatible = new Ioas();
                objects.add(compatible);
            }
        } finally {
            lock.unlock();
        }
    }

    /** A group that joined is in it no more. */
    public void left() {
        lock.lock();
        try {
            letGo();
        } finally {
            lock.unlock();
        }
    }

    /** Whoever found the descriptor may come too late. The lock is held. */
    private void requireOpen() throws SyscallException {
        SyscallException.require(!tornDown(), Errno.EBADF);
    }

    /**
     * @return the id of the address space that requests for a container mean
     * @throws SyscallException ENODEV if there is none
     */
    public int compatibleIoas() throws SyscallException {
        lock.lock();
        try {
            SyscallException.require(compatible != null, Errno.ENODEV);
            return compatible.id();
        } finally {
            lock.unlock();
        }
    }

    PinnablePages pages(PageSource source, boolean writable) {
        return new PinnablePages(source, writable, locked, account);
    }

    /**
     * Binds a device behind an IOMMU.
     *
     * @param device the device
     * @param owners who owns each group
     * @return the binding
     * @throws SyscallException EBADF if the iommufd has just been closed, EPERM if interrupts of a device of its group
     *         are not isolated or somebody else owns the group, EINVAL if the firmware wants it mapped one to one
     */
    public DeviceBinding bindPhysical(HostDevice device, GroupOwners owners) throws SyscallException {
        lock.lock();
        try {
            requireOpen();
            owners.claim(device, this);
            DeviceGroup group = groups.computeIfAbsent(device.group(), number -> new DeviceGroup());
            PhysicalDevice bound = new PhysicalDevice(new HostIommu(device, driver, release), group);
            bound.use();
            objects.add(bound);
            bindings++;
            return new PhysicalBinding(this, bound, () -> {
                unbound(bound);
                owners.release(device);
            });
        } finally {
            lock.unlock();
        }
    }

    /**
     * @return the binding of a mediated device, whose driver pins whole pages
     * @throws SyscallException EBADF if the iommufd has just been closed
     */
    public DeviceBinding bindEmulated() throws SyscallException {
        return bindAccess(Pages.SIZE);
    }

    /** The binding of a driver that wants addresses to be multiples of something. */
    EmulatedBinding bindAccess(long alignment) throws SyscallException {
        lock.lock();
        try {
            requireOpen();
            EmulatedAccess access = new EmulatedAccess(alignment);
            access.use();
            objects.add(access);
            bindings++;
            return new EmulatedBinding(this, access);
        } finally {
            lock.unlock();
        }
    }

    /** The last descriptor was closed. */
    void release() {
        lock.lock();
        try {
            closed = true;
            tearDownIfUnused();
        } finally {
            lock.unlock();
        }
    }

    /** A descriptor of something of it is open. The lock is held. */
    void hold() {
        bindings++;
    }

    /** It is closed. The lock is held. */
    void letGo() {
        bindings--;
        tearDownIfUnused();
    }

    /** A device is bound no more. */
    void unbound(IommufdObject device) {
        lock.lock();
        try {
            objects.remove(device);
            bindings--;
            tearDownIfUnused();
        } finally {
            lock.unlock();
        }
    }

    /** When neither a descriptor nor a device is left, mock devices and page tables go, and unpin what they showed. */
    private void tearDownIfUnused() {
        if (tornDown()) {
            destroyMocks();
            for (IommufdObject object : objects.all()) {
                if (object instanceof PageTable table) {
                    objects.remove(table);
                    table.destroyed();
                }
            }
        }
    }

    /** Whether neither a descriptor nor a device is left: nothing is pinned any more. The lock is held. */
    boolean tornDown() {
        return closed && bindings == 0;
    }

    private void destroyMocks() {
        for (IommufdObject object : objects.all()) {
            if (object instanceof MockHandle handle) {
                objects.remove(handle);
                handle.destroyed();
            }
        }
    }
}

package org.pinion.emulator.vfio;

import java.util.List;
import java.util.Optional;
import org.pinion.emulator.file.OpenFile;
import org.pinion.emulator.iommufd.GroupOwners;
import org.pinion.emulator.iommufd.IommufdContext;
import org.pinion.emulator.iommufd.IommufdFile;
import org.pinion.emulator.iommufd.TransferFault;
import org.pinion.emulator.pci.DmaPort;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.emulator.type1.IommuGroup;
import org.pinion.emulator.type1.Type1Iommu;
import org.pinion.linux.Errno;

/**
 * An IOMMU group of which VFIO drives a device (drivers/vfio/group.c). It is opened by one at a time, and not while a
 * character device of it is bound. Its monitor is taken before that of a device. Safe for use by many threads.
 */
public final class VfioGroup {

    private final IommuGroup group;
    private final GroupOwners owners;
    private List<VfioDevice> devices = List.of();
    private Container container;
    private IommufdContext iommufd;
    private boolean opened;
    private boolean closing;
    private int devicesUsingContainer;
    private int boundCharacterDevices;

    /**
     * @param group what it is
     * @param owners who owns each group
     */
    public VfioGroup(IommuGroup group, GroupOwners owners) {
        this.group = group;
        this.owners = owners;
    }

    /**
     * Says which devices it has; once, before it is used.
     *
     * @param all its devices that VFIO drives
     */
    public void devices(List<VfioDevice> all) {
        devices = List.copyOf(all);
    }

    /** {@return its number} */
    public int number() {
        return group.number();
    }

    /**
     * Opens it.
     *
     * @throws SyscallException EBUSY if it is open already, or a character device of it is bound
     */
    public synchronized void open() throws SyscallException {
        SyscallException.require(boundCharacterDevices == 0 && !opened, Errno.EBUSY);
        opened = true;
    }

    /** Its descriptor was closed. It stays open as long as one of its devices uses its container. */
    synchronized void close() {
        if (devicesUsingContainer > 0) {
            closing = true;
            return;
        }
        leave();
        opened = false;
        closing = false;
    }

    /** EBUSY if the group itself is open. The group's monitor is held. */
    void bindCharacterDevice() throws SyscallException {
        SyscallException.require(!opened, Errno.EBUSY);
        boundCharacterDevices++;
    }

    void unbindCharacterDevice() {
        boundCharacterDevices--;
    }

    /** Whether nobody but VFIO can do DMA with its devices. */
    synchronized boolean viable() {
        return inContainer() || group.emulated() || !owners.owned(group.number());
    }

    synchronized boolean inContainer() {
        return container != null || iommufd != null;
    }

    /**
     * EINVAL if it is in one, EBADFD if the file is none, EPERM if somebody else owns the group, and what the container
     * answers.
     */
    synchronized void setContainer(OpenFile file) throws SyscallException {
        SyscallException.require(!inContainer(), Errno.EINVAL);
        switch (file) {
            case ContainerFile chosen -> join(chosen.container());
            case IommufdFile chosen -> {
                chosen.context().joined();
                iommufd = chosen.context();
            }
            default -> throw new SyscallException(Errno.EBADFD);
        }
    }

    private void join(Container chosen) throws SyscallException {
        if (!group.emulated()) {
            owners.claimGroup(group.number(), this);
        }
        try {
            chosen.add(group);
        } catch (SyscallException e) {
            disown();
            throw e;
        }
        container = chosen;
    }

    private void disown() {
        if (!group.emulated()) {
            owners.releaseGroup(group.number());
        }
    }

    /** EINVAL if it is in none, EBUSY while one of its devices uses the container. */
    synchronized void unsetContainer() throws SyscallException {
        SyscallException.require(inContainer(), Errno.EINVAL);
        SyscallException.require(devicesUsingContainer == 0, Errno.EBUSY);
        leave();
    }

    private void leave() {
        if (container != null) {
            container.remove(group);
            disown();
            container = null;
        }
        if (iommufd != null) {
            iommufd.left();
            iommufd = null;
        }
    }

    /**
     * Opens a device by its name: ENODEV if there is none, EINVAL without an IOMMU, and what binding it answers. A
     * device that is open already asks nothing of what the group is in now, and does not use it (vfio_df_open): one of
     * an iommufd stays its own when the group's file is closed and the group goes into a container.
     */
    synchronized GroupAccess openDevice(String name) throws SyscallException {
        VfioDevice device = named(name);
        SyscallException.require(inContainer(), Errno.EINVAL);
        synchronized (device) {
            if (device.opened()) {
                device.openAgain();
            } else if (iommufd != null) {
                device.openCompatible(iommufd);
            } else {
                device.open(port(container.iommu()));
                devicesUsingContainer++;
            }
            return new GroupAccess(this, device);
        }
    }

    private VfioDevice named(String name) throws SyscallException {
        for (VfioDevice device : devices) {
            if (device.isCalled(name)) {
                return device;
            }
        }
        throw new SyscallException(Errno.ENODEV);
    }

    private DmaPort port(Type1Iommu iommu) {
        return (iova, buffer, toMemory) -> group.emulated()
                ? Optional.of(TransferFault.NOT_ATTACHED.text())
                : iommu.transfer(iova, buffer, toMemory).map(TransferFault::text);
    }

    /** A descriptor of a device was closed; the last one ends what closing the group has begun. */
    synchronized void closeDevice(VfioDevice device) {
        boolean ended;
        synchronized (device) {
            boolean contained = !device.bound();
            device.close();
            ended = contained && !device.opened();
        }
        if (ended && --devicesUsingContainer == 0 && closing) {
            close();
        }
    }
}

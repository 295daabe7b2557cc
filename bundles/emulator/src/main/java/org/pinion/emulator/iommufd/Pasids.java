package org.pinion.emulator.iommufd;

import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/**
 * What the PASIDs of a device are attached to (iommufd_device_attach in drivers/iommu/iommufd/device.c). PASID 0 means
 * the device itself. Guarded by the iommufd's lock.
 */
final class Pasids {

    private final ObjectTable objects;
    private final PhysicalDevice device;
    private final PhysicalBinding whole;
    private final GroupPasids group;

    /**
     * @param objects what ids mean
     * @param device whose they are
     * @param whole what the device itself is attached by
     */
    Pasids(ObjectTable objects, PhysicalDevice device, PhysicalBinding whole) {
        this.objects = objects;
        this.device = device;
        this.whole = whole;
        this.group = device.group().pasids();
    }

    /** What a PASID is attached to, or null. */
    PageTable attachedTo(int pasid) {
        return group.attachedTo(device, pasid);
    }

    /**
     * ENOENT, EBUSY if it is attached, EINVAL to what is not made for PASIDs, of a device that is not, or if the PASID
     * has another page table for another device of the group. Answers the id of the page table.
     */
    int attach(int pasid, int id) throws SyscallException {
        requireTarget(id);
        SyscallException.require(pasid == 0 ? !device.attached() : attachedTo(pasid) == null, Errno.EBUSY);
        if (pasid == 0) {
            return whole.attach(id);
        }
        group.attach(device, pasid, table(id));
        return id;
    }

    /**
     * As {@link #attach}, but EINVAL if it is not attached. An address space's new page table is filled before anybody
     * looks, so that what that answers comes first. It moves for all devices of the group; on failure it stays attached
     * to what it was.
     */
    int replace(int pasid, int id) throws SyscallException {
        requireTarget(id);
        if (pasid == 0 && device.attached()) {
            return whole.attach(id);
        }
        if (objects.get(id) instanceof Ioas ioas) {
            whole.requireFillable(ioas);
        }
        SyscallException.require(pasid != 0, Errno.EINVAL);
        PageTable table = table(id);
        PageTable old = attachedTo(pasid);
        SyscallException.require(old != null, Errno.EINVAL);
        if (old != table) {
            group.replace(device, pasid, table);
        }
        return id;
    }

    private void requireTarget(int id) throws SyscallException {
        IommufdObject target = objects.get(id);
        SyscallException.require(target instanceof PageTable || target instanceof Ioas, Errno.EINVAL);
    }

    /** An address space gets no page table that is made for PASIDs by itself. */
    private PageTable table(int id) throws SyscallException {
        return switch (objects.get(id)) {
            case PageTable table -> table;
            default -> throw new SyscallException(Errno.EINVAL);
        };
    }

    /** Does nothing if it is not attached. */
    void detach(int pasid) {
        if (pasid == 0) {
            whole.detach();
        }
        group.detach(device, pasid);
    }

    void detachAll() {
        group.detachAll(device);
    }

    /** EINVAL unless a PASID is attached to a page table; 0 stands for nothing. */
    void check(int pasid, int id) throws SyscallException {
        PageTable is = pasid == 0 ? device.pageTable() : attachedTo(pasid);
        SyscallException.require(is == (id == 0 ? null : table(id)), Errno.EINVAL);
    }
}

package org.pinion.emulator.iommufd;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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
    private final Map<Integer, PageTable> attached = new TreeMap<>();

    /**
     * @param objects what ids mean
     * @param device whose they are
     * @param whole what the device itself is attached by
     */
    Pasids(ObjectTable objects, PhysicalDevice device, PhysicalBinding whole) {
        this.objects = objects;
        this.device = device;
        this.whole = whole;
    }

    /** What a PASID is attached to, or null. */
    PageTable attachedTo(int pasid) {
        return attached.get(pasid);
    }

    boolean isEmpty() {
        return attached.isEmpty();
    }

    /**
     * ENOENT, EBUSY if it is attached, EINVAL to what is not made for PASIDs or of a device that is not. Answers the id
     * of the page table.
     */
    int attach(int pasid, int id) throws SyscallException {
        requireTarget(id);
        SyscallException.require(pasid == 0 ? !device.attached() : attached.get(pasid) == null, Errno.EBUSY);
        if (pasid == 0) {
            return whole.attach(id);
        }
        PageTable table = table(id);
        set(pasid, table);
        return id;
    }

    /**
     * As {@link #attach}, but EINVAL if it is not attached. An address space's new page table is filled before anybody
     * looks, so that what that answers comes first. On failure it stays attached to what it was.
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
        PageTable old = attached.get(pasid);
        SyscallException.require(old != null, Errno.EINVAL);
        if (old != table) {
            set(pasid, table);
            leave(old);
        }
        return id;
    }

    private void requireTarget(int id) throws SyscallException {
        IommufdObject target = objects.get(id);
        SyscallException.require(target instanceof PageTable || target instanceof Ioas, Errno.EINVAL);
    }

    private void leave(PageTable old) {
        old.faults().ifPresent(queue -> queue.forget(device));
        old.release();
    }

    /** EINVAL unless both are made for PASIDs (iommufd_hwpt_pasid_compat), and what the driver answers. */
    private void set(int pasid, PageTable table) throws SyscallException {
        SyscallException.require(table.forPasids(), Errno.EINVAL);
        SyscallException.require(device.pageTable() == null || device.pageTable().forPasids(), Errno.EINVAL);
        Optional<Errno> refusal = device.iommu().refusalOfPasid(pasid, table);
        if (refusal.isPresent()) {
            throw new SyscallException(refusal.get());
        }
        table.use();
        attached.put(pasid, table);
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
        PageTable old = attached.remove(pasid);
        if (old != null) {
            leave(old);
            device.iommu().pasidDetached(pasid);
        }
    }

    void detachAll() {
        List.copyOf(attached.keySet()).forEach(this::detach);
    }

    /** EINVAL unless a PASID is attached to a page table; 0 stands for nothing. */
    void check(int pasid, int id) throws SyscallException {
        PageTable is = pasid == 0 ? device.pageTable() : attached.get(pasid);
        SyscallException.require(is == (id == 0 ? null : table(id)), Errno.EINVAL);
    }
}

package org.pinion.emulator.iommufd;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/**
 * The devices of one IOMMU group in one iommufd ({@code struct iommufd_group} in drivers/iommu/iommufd/device.c): all
 * of them use one page table. Guarded by the iommufd's lock.
 */
final class DeviceGroup {

    private final List<PhysicalDevice> attached = new ArrayList<>();
    private final GroupPasids pasids = new GroupPasids();
    private PageTable pageTable;

    boolean attached(PhysicalDevice device) {
        return attached.contains(device);
    }

    PageTable pageTable() {
        return pageTable;
    }

    /** What PASIDs of its devices are attached to. */
    GroupPasids pasids() {
        return pasids;
    }

    /**
     * EINVAL if the group uses another page table or the IOMMU does not fit, EADDRINUSE if what it reserves is
     * mapped.
     */
    void attach(PhysicalDevice device, PageTable wanted) throws SyscallException {
        SyscallException.require(pageTable == null || pageTable == wanted, Errno.EINVAL);
        wanted.ioas().reserveFor(device);
        Optional<Errno> refusal = refusal(device, wanted);
        if (refusal.isPresent()) {
            wanted.ioas().unreserve(device);
            throw new SyscallException(refusal.get());
        }
        attached.add(device);
        pageTable = wanted;
        wanted.attached();
        wanted.use();
    }

    /** Lets go of the page table; the caller destroys it if nobody is left. */
    PageTable detach(PhysicalDevice device) {
        PageTable old = pageTable;
        attached.remove(device);
        old.ioas().unreserve(device);
        old.release();
        if (attached.isEmpty()) {
            pageTable = null;
        }
        return old;
    }

    /**
     * Moves the whole group to another page table in one step. On failure all stays as it was, but a driver's refusal
     * within one address space leaves it without what the devices reserve (iommufd_device_do_replace). Returns the old
     * page table; the caller destroys it if nobody is left.
     */
    PageTable replace(PageTable wanted) throws SyscallException {
        PageTable old = pageTable;
        boolean elsewhere = wanted.ioas() != old.ioas();
        if (elsewhere) {
            reserveAll(wanted.ioas());
        }
        Optional<Errno> refusal =
                attached.stream().flatMap(device -> refusal(device, wanted).stream()).findFirst();
        if (refusal.isPresent()) {
            attached.forEach(wanted.ioas()::unreserve);
            throw new SyscallException(refusal.get());
        }
        if (elsewhere) {
            attached.forEach(old.ioas()::unreserve);
        }
        attached.forEach(device -> {
            old.release();
            wanted.use();
        });
        pageTable = wanted;
        wanted.attached();
        return old;
    }

    /**
     * While PASIDs of any device of it are attached, only what is made for PASIDs will do (iommufd_hwpt_pasid_compat).
     */
    private Optional<Errno> refusal(PhysicalDevice device, PageTable wanted) {
        boolean compatible = wanted.forPasids() || pasids.isEmpty();
        return compatible ? device.iommu().refusal(wanted) : Optional.of(Errno.EINVAL);
    }

    private void reserveAll(Ioas ioas) throws SyscallException {
        try {
            for (PhysicalDevice device : attached) {
                ioas.reserveFor(device);
            }
        } catch (SyscallException e) {
            attached.forEach(ioas::unreserve);
            throw e;
        }
    }
}

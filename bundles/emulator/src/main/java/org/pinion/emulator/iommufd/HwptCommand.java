package org.pinion.emulator.iommufd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.IommuHwptAlloc;
import org.pinion.linux.uapi.Iommufd;

/**
 * The request that gives an address space a page table without attaching a device to it
 * (drivers/iommu/iommufd/hw_pagetable.c). Only plain page tables are made, and such as tell what devices wrote.
 */
final class HwptCommand {

    private static final int RESERVED_AT = 20;
    private static final int DATA_LENGTH_AT = 28;

    private final ObjectTable objects;

    HwptCommand(IommufdContext context) {
        this.objects = context.objects();
    }

    /**
     * EOPNOTSUPP for flags and data, ENOENT if there is no such device, EINVAL if there is no such address space,
     * and what filling the page table answers. Reservations of the device come only when it is attached.
     */
    int alloc(MemorySegment struct) throws SyscallException {
        IommuHwptAlloc alloc = new IommuHwptAlloc(struct);
        SyscallException.require(struct.get(ValueLayout.JAVA_INT, RESERVED_AT) == 0, Errno.EOPNOTSUPP);
        boolean data = struct.get(ValueLayout.JAVA_INT, DATA_LENGTH_AT) != 0;
        SyscallException.require(data == (alloc.dataType() != 0), Errno.EINVAL);
        PhysicalDevice device = device(alloc.devId());
        Ioas ioas = ioas(alloc.ptId());
        boolean dirty = alloc.flags() == Iommufd.HWPT_ALLOC_DIRTY_TRACKING;
        boolean possible = alloc.flags() == 0 || dirty && device.host().iommu().dirtyTracking();
        SyscallException.require(possible && !data, Errno.EOPNOTSUPP);
        PageTable table = new PageTable(ioas, device.host().iommu(), false, dirty);
        ioas.addDomain(table);
        ioas.use();
        objects.add(table);
        alloc.hwptId(table.id());
        return 0;
    }

    private PhysicalDevice device(int id) throws SyscallException {
        if (objects.get(id) instanceof PhysicalDevice device) {
            return device;
        }
        throw new SyscallException(Errno.ENOENT);
    }

    private Ioas ioas(int id) throws SyscallException {
        try {
            return objects.ioas(id);
        } catch (SyscallException unknown) {
            throw new SyscallException(Errno.EINVAL);
        }
    }
}

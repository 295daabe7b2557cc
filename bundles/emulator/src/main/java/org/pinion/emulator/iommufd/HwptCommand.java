package org.pinion.emulator.iommufd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.IommuHwptAlloc;
import org.pinion.linux.uapi.Iommufd;

/**
 * The request that gives an address space a page table without attaching a device to it, or puts one on top of a page
 * table (drivers/iommu/iommufd/hw_pagetable.c).
 */
final class HwptCommand {

    private static final int RESERVED_AT = 20;
    private static final int FAULTS = Iommufd.HWPT_FAULT_ID_VALID;
    private static final int FLAGS = Iommufd.HWPT_ALLOC_NEST_PARENT | Iommufd.HWPT_ALLOC_DIRTY_TRACKING | FAULTS
            | Iommufd.HWPT_ALLOC_PASID;
    private static final int NESTED_FLAGS = FAULTS | Iommufd.HWPT_ALLOC_PASID;

    private final ObjectTable objects;

    HwptCommand(IommufdContext context) {
        this.objects = context.objects();
    }

    /**
     * EINVAL for data without a type or a type without data, ENOENT if there is no such device, EINVAL if there is no
     * such address space, EOPNOTSUPP for what the device's IOMMU cannot do, and what filling the page table answers.
     * Reservations of the device come only when it is attached.
     */
    int alloc(MemorySegment struct) throws SyscallException {
        IommuHwptAlloc alloc = new IommuHwptAlloc(struct);
        SyscallException.require(struct.get(ValueLayout.JAVA_INT, RESERVED_AT) == 0, Errno.EOPNOTSUPP);
        SyscallException.require((alloc.dataLen() != 0) == (alloc.dataType() != 0), Errno.EINVAL);
        DeviceIommu iommu = objects.device(alloc.devId()).iommu();
        TableRequest request =
                new TableRequest(alloc.flags(), false, alloc.dataType(), alloc.dataLen(), alloc.dataUptr());
        PageTable table = table(parent(alloc.ptId()), iommu, request);
        if (request.has(FAULTS)) {
            tellFaults(table, alloc.faultId());
        }
        objects.add(table);
        alloc.hwptId(table.id());
        return 0;
    }

    private static PageTable table(IommufdObject parent, DeviceIommu iommu, TableRequest request)
            throws SyscallException {
        return switch (parent) {
            case Ioas ioas -> filled(ioas, iommu, request);
            case NestedTable _ -> throw new SyscallException(Errno.EINVAL);
            case PageTable table -> nested(table, table, iommu, request);
            case VirtualIommu guest -> nested(guest.parent(), guest, iommu, request);
            default -> throw new SyscallException(Errno.EINVAL);
        };
    }

    private static PageTable filled(Ioas ioas, DeviceIommu iommu, TableRequest request) throws SyscallException {
        SyscallException.require((request.flags() & ~FLAGS) == 0, Errno.EOPNOTSUPP);
        SyscallException.require(!request.has(Iommufd.HWPT_ALLOC_DIRTY_TRACKING) || iommu.tracksDirty(),
                Errno.EOPNOTSUPP);
        SyscallException.require(!request.has(FAULTS) || !request.has(Iommufd.HWPT_ALLOC_NEST_PARENT),
                Errno.EOPNOTSUPP);
        PageTable table = iommu.pageTable(ioas, request);
        ioas.addDomain(table);
        ioas.use();
        return table;
    }

    private void tellFaults(PageTable table, int queue) throws SyscallException {
        if (objects.find(queue) instanceof FaultQueue found) {
            table.faults(found);
            return;
        }
        table.destroyed();
        throw new SyscallException(Errno.ENOENT);
    }

    private static PageTable nested(PageTable parent, IommufdObject below, DeviceIommu iommu, TableRequest request)
            throws SyscallException {
        boolean possible = (request.flags() & ~NESTED_FLAGS) == 0 && request.dataLength() != 0
                && iommu.nests(request.flags());
        SyscallException.require(possible, Errno.EOPNOTSUPP);
        SyscallException.require(!parent.automatic() && parent.nestParent(), Errno.EINVAL);
        return iommu.nestedTable(parent, below, request);
    }

    private IommufdObject parent(int id) throws SyscallException {
        try {
            return objects.get(id);
        } catch (SyscallException unknown) {
            throw new SyscallException(Errno.EINVAL);
        }
    }
}

package org.pinion.emulator.iommufd;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/** The binding of a device behind an IOMMU: it attaches through page tables (drivers/iommu/iommufd/device.c). */
final class PhysicalBinding implements DeviceBinding {

    private final IommufdContext context;
    private final PhysicalDevice device;
    private final GroupOwners owners;

    PhysicalBinding(IommufdContext context, PhysicalDevice device, GroupOwners owners) {
        this.context = context;
        this.device = device;
        this.owners = owners;
    }

    @Override
    public int id() {
        return device.id();
    }

    @Override
    public int attach(int ptId) throws SyscallException {
        context.lock().lock();
        try {
            return switch (context.objects().get(ptId)) {
                case PageTable table -> attachTo(table);
                case Ioas ioas -> attachAutomatically(ioas);
                case PhysicalDevice _, EmulatedAccess _ -> throw new SyscallException(Errno.EINVAL);
            };
        } finally {
            context.lock().unlock();
        }
    }

    /** Takes the first automatic page table that the device fits, else a new one; only EINVAL means "does not fit". */
    private int attachAutomatically(Ioas ioas) throws SyscallException {
        for (PageTable table : ioas.domains()) {
            try {
                if (table.automatic()) {
                    return attachTo(table);
                }
            } catch (SyscallException e) {
                if (e.errno() != Errno.EINVAL) {
                    throw e;
                }
            }
        }
        return attachToNew(ioas);
    }

    private int attachTo(PageTable table) throws SyscallException {
        if (!device.attached()) {
            device.group().attach(device, table);
        } else if (device.pageTable() != table) {
            dropIfUnused(device.group().replace(table));
        }
        return table.id();
    }

    private int attachToNew(Ioas ioas) throws SyscallException {
        PageTable table = new PageTable(ioas, device.host().iommu(), true);
        context.objects().add(table);
        try {
            if (device.attached()) {
                fillThenReplace(ioas, table);
            } else {
                attachThenFill(ioas, table);
            }
        } catch (SyscallException e) {
            context.objects().remove(table);
            throw e;
        }
        ioas.use();
        return table.id();
    }

    private void attachThenFill(Ioas ioas, PageTable table) throws SyscallException {
        device.group().attach(device, table);
        try {
            ioas.addDomain(table);
        } catch (SyscallException e) {
            device.group().detach(device);
            throw e;
        }
    }

    private void fillThenReplace(Ioas ioas, PageTable table) throws SyscallException {
        ioas.addDomain(table);
        try {
            dropIfUnused(device.group().replace(table));
        } catch (SyscallException e) {
            ioas.removeDomain(table);
            throw e;
        }
    }

    private void dropIfUnused(PageTable table) {
        if (table.automatic() && !table.inUse()) {
            table.ioas().removeDomain(table);
            table.ioas().release();
            context.objects().remove(table);
        }
    }

    @Override
    public void detach() {
        context.lock().lock();
        try {
            if (device.attached()) {
                dropIfUnused(device.group().detach(device));
            }
        } finally {
            context.lock().unlock();
        }
    }

    @Override
    public void unbind() {
        detach();
        context.unbound(device);
        owners.release(device.host());
    }

    @Override
    public Optional<TransferFault> transfer(long iova, MemorySegment buffer, boolean toMemory) {
        context.lock().lock();
        try {
            PageTable table = device.pageTable();
            if (table == null) {
                return Optional.of(TransferFault.NOT_ATTACHED);
            }
            Optional<TransferFault> fault = new Transfer(table.ioas()::areaAt, iova, buffer, toMemory).run();
            if (fault.isEmpty() && toMemory && buffer.byteSize() != 0) {
                table.written(iova, iova + (buffer.byteSize() - 1));
            }
            return fault;
        } finally {
            context.lock().unlock();
        }
    }
}

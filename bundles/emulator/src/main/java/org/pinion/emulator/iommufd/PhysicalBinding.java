package org.pinion.emulator.iommufd;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/** The binding of a device behind an IOMMU: it attaches through page tables (drivers/iommu/iommufd/device.c). */
final class PhysicalBinding implements DeviceBinding {

    private final IommufdContext context;
    private final PhysicalDevice device;
    private final Runnable afterwards;

    /**
     * @param context the iommufd
     * @param device the device
     * @param afterwards gives the device back when it is bound no more
     */
    PhysicalBinding(IommufdContext context, PhysicalDevice device, Runnable afterwards) {
        this.context = context;
        this.device = device;
        this.afterwards = afterwards;
        device.pasids(new Pasids(context.objects(), device, this));
    }

    PhysicalDevice device() {
        return device;
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
                default -> throw new SyscallException(Errno.EINVAL);
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
            leave(device.group().replace(table));
        }
        return table.id();
    }

    private int attachToNew(Ioas ioas) throws SyscallException {
        PageTable table = device.iommu().pageTable(ioas, TableRequest.AUTOMATIC);
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
            leave(device.group().replace(table));
        } catch (SyscallException e) {
            ioas.removeDomain(table);
            throw e;
        }
    }

    /** Makes and fills a page table as for this device and throws it away: what that answers. */
    void requireFillable(Ioas ioas) throws SyscallException {
        PageTable table = device.iommu().pageTable(ioas, TableRequest.AUTOMATIC);
        ioas.addDomain(table);
        ioas.removeDomain(table);
    }

    private void leave(PageTable table) {
        device.leaving(table);
        if (table.automatic() && !table.inUse()) {
            context.objects().remove(table);
            table.destroyed();
        }
    }

    @Override
    public void detach() {
        context.lock().lock();
        try {
            if (device.attached()) {
                leave(device.group().detach(device));
            }
        } finally {
            context.lock().unlock();
        }
    }

    @Override
    public Optional<PasidBinding> pasids() {
        return Optional.of(new LockedPasids(context.lock(), device.pasids()));
    }

    @Override
    public void unbind() {
        context.lock().lock();
        try {
            device.pasids().detachAll();
        } finally {
            context.lock().unlock();
        }
        detach();
        afterwards.run();
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
            if (toMemory && fault.isEmpty()) {
                remember(table, iova, buffer.byteSize());
            }
            return fault;
        } finally {
            context.lock().unlock();
        }
    }

    private static void remember(PageTable table, long iova, long length) {
        if (table.written() != null && table.written().tracking()) {
            for (long at = iova & -table.bytes(); at - iova < length; at += table.bytes()) {
                table.written().write(at);
            }
        }
    }
}

package org.pinion.emulator.iommufd;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import org.pinion.emulator.syscall.SyscallException;

/** The binding of a mediated device: an access of its driver to an address space, without a page table. */
final class EmulatedBinding implements DeviceBinding {

    private final IommufdContext context;
    private final EmulatedAccess access;

    EmulatedBinding(IommufdContext context, EmulatedAccess access) {
        this.context = context;
        this.access = access;
    }

    /** Guards the access and all of its iommufd. */
    Lock lock() {
        return context.lock();
    }

    @Override
    public int id() {
        return access.id();
    }

    @Override
    public int attach(int ptId) throws SyscallException {
        context.lock().lock();
        try {
            Ioas wanted = context.objects().ioas(ptId);
            if (wanted != access.ioas()) {
                wanted.addAccess(access);
                leave();
                access.ioas(wanted);
                wanted.use();
            }
            return ptId;
        } finally {
            context.lock().unlock();
        }
    }

    @Override
    public Optional<PasidBinding> pasids() {
        return Optional.empty();
    }

    EmulatedAccess access() {
        return access;
    }

    private void leave() {
        Ioas old = access.ioas();
        if (old != null) {
            access.unmapping(0, -1L);
            old.removeAccess(access);
            old.release();
            access.ioas(null);
        }
    }

    @Override
    public void detach() {
        context.lock().lock();
        try {
            leave();
        } finally {
            context.lock().unlock();
        }
    }

    @Override
    public void unbind() {
        detach();
        context.unbound(access);
    }

    /** No IOMMU is in front of a mediated device: it has no DMA of its own. */
    @Override
    public Optional<TransferFault> transfer(long iova, MemorySegment buffer, boolean toMemory) {
        return Optional.of(TransferFault.NOT_ATTACHED);
    }
}

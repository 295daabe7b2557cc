package org.pinion.emulator.iommufd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.Optional;
import org.pinion.emulator.file.OpenFile;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/**
 * The descriptor that page faults are read from and answered through (drivers/iommu/iommufd/eventq.c). Structures are
 * {@code iommu_hwpt_pgfault} and {@code iommu_hwpt_page_response}.
 */
final class FaultFile implements OpenFile {

    private static final int FAULT_BYTES = 40;
    private static final int RESPONSE_BYTES = 8;

    private static final int PASID_VALID = 1;
    private static final int LAST_PAGE = 2;

    private static final int INVALID = 1;

    private final IommufdContext context;
    private final FaultQueue queue;

    FaultFile(IommufdContext context, FaultQueue queue) {
        this.context = context;
        this.queue = queue;
    }

    /** Reads what there is, which may be nothing: ESPIPE for a part of a structure. */
    @Override
    public long read(MemorySegment into) throws SyscallException {
        SyscallException.require(into.byteSize() % FAULT_BYTES == 0, Errno.ESPIPE);
        context.lock().lock();
        try {
            long done = 0;
            while (done < into.byteSize()) {
                Optional<Map.Entry<Integer, FaultQueue.PageFault>> next = queue.next();
                if (next.isEmpty()) {
                    return done;
                }
                write(into.asSlice(done, FAULT_BYTES), next.get().getKey(), next.get().getValue());
                done += FAULT_BYTES;
            }
            SyscallException.require(done > 0 || queue.isEmpty(), Errno.EINVAL);
            return done;
        } finally {
            context.lock().unlock();
        }
    }

    private static void write(MemorySegment struct, int cookie, FaultQueue.PageFault fault) {
        struct.fill((byte) 0);
        struct.set(ValueLayout.JAVA_INT_UNALIGNED, 0, fault.pasid() == 0 ? LAST_PAGE : LAST_PAGE | PASID_VALID);
        struct.set(ValueLayout.JAVA_INT_UNALIGNED, 4, fault.device().id());
        struct.set(ValueLayout.JAVA_INT_UNALIGNED, 8, fault.pasid());
        struct.set(ValueLayout.JAVA_INT_UNALIGNED, 12, fault.group());
        struct.set(ValueLayout.JAVA_INT_UNALIGNED, 16, fault.permissions());
        struct.set(ValueLayout.JAVA_LONG_UNALIGNED, 24, fault.address());
        struct.set(ValueLayout.JAVA_INT_UNALIGNED, 36, cookie);
    }

    /** Answers page faults: EINVAL for an unknown answer or cookie, if nothing was answered before it. */
    @Override
    public long write(MemorySegment from) throws SyscallException {
        SyscallException.require(from.byteSize() % RESPONSE_BYTES == 0, Errno.ESPIPE);
        context.lock().lock();
        try {
            for (long done = 0; done < from.byteSize(); done += RESPONSE_BYTES) {
                int code = from.get(ValueLayout.JAVA_INT_UNALIGNED, done + 4);
                boolean known = Integer.compareUnsigned(code, INVALID) <= 0;
                if (!known || !queue.answer(from.get(ValueLayout.JAVA_INT_UNALIGNED, done))) {
                    SyscallException.require(done > 0, Errno.EINVAL);
                    return done;
                }
            }
            return from.byteSize();
        } finally {
            context.lock().unlock();
        }
    }

    /** Does not wait: page faults of mock devices come with the request that causes them. */
    @Override
    public boolean poll(int millis) {
        context.lock().lock();
        try {
            return !queue.isEmpty();
        } finally {
            context.lock().unlock();
        }
    }

    @Override
    public long read(MemorySegment into, long offset) throws SyscallException {
        throw new SyscallException(Errno.ESPIPE);
    }

    @Override
    public long write(MemorySegment from, long offset) throws SyscallException {
        throw new SyscallException(Errno.ESPIPE);
    }

    @Override
    public void release() {
        context.lock().lock();
        try {
            queue.release();
            context.letGo();
        } finally {
            context.lock().unlock();
        }
    }
}

package org.pinion.emulator.iommufd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/** The request that makes a queue for page faults (iommufd_fault_alloc in drivers/iommu/iommufd/eventq.c). */
final class FaultCommand {

    private final IommufdContext context;

    FaultCommand(IommufdContext context) {
        this.context = context;
    }

    /** The queue is busy as long as its descriptor is open. */
    int alloc(MemorySegment struct) throws SyscallException {
        SyscallException.require(struct.get(ValueLayout.JAVA_INT, 4) == 0, Errno.EOPNOTSUPP);
        FaultQueue queue = new FaultQueue();
        int fd = context.files().add(new FaultFile(context, queue));
        queue.use();
        context.objects().add(queue);
        context.hold();
        struct.set(ValueLayout.JAVA_INT, 8, queue.id());
        struct.set(ValueLayout.JAVA_INT, 12, fd);
        return 0;
    }
}

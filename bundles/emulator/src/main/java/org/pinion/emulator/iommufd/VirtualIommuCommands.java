package org.pinion.emulator.iommufd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pinion.emulator.memory.Pages;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/**
 * The requests about a guest's own IOMMU (drivers/iommu/iommufd/viommu.c): no IOMMU here offers a guest one, so that
 * all that can be done is to be told so, and to invalidate what page tables on top of others have cached.
 */
final class VirtualIommuCommands {

    private static final int ENTRIES_AT_MOST = 1 << 19;
    private static final int RESERVED_AT = 28;

    private final ObjectTable objects;

    VirtualIommuCommands(IommufdContext context) {
        this.objects = context.objects();
    }

    /** EOPNOTSUPP for flags and without a type, ENOENT for an unknown device, EOPNOTSUPP for every type. */
    int alloc(MemorySegment struct) throws SyscallException {
        boolean typed = word(struct, 4) == 0 && word(struct, 8) != 0;
        SyscallException.require(typed, Errno.EOPNOTSUPP);
        objects.device(word(struct, 12));
        throw new SyscallException(Errno.EOPNOTSUPP);
    }

    /** There is no virtual IOMMU that a device could be given to. */
    int allocDevice(MemorySegment struct) throws SyscallException {
        throw new SyscallException(Errno.ENOENT);
    }

    /** How many entries were done is told even if one of them fails. */
    int invalidate(MemorySegment struct) throws SyscallException {
        int type = word(struct, 16);
        int bytes = word(struct, 20);
        int count = word(struct, 24);
        struct.set(ValueLayout.JAVA_INT, 24, 0);
        try {
            SyscallException.require(word(struct, RESERVED_AT) == 0, Errno.EOPNOTSUPP);
            long data = struct.get(ValueLayout.JAVA_LONG, 8);
            boolean bounded = Integer.compareUnsigned(bytes, (int) Pages.SIZE) <= 0
                    && Integer.compareUnsigned(count, ENTRIES_AT_MOST) <= 0;
            SyscallException.require(count == 0 || data != 0 && bytes != 0 && bounded, Errno.EINVAL);
            IommufdObject object = objects.get(word(struct, 4));
            SyscallException.require(object instanceof NestedTable, Errno.EINVAL);
            Invalidation invalidation = new Invalidation((NestedTable) object, type, data, bytes);
            for (int entry = 0; entry < count; entry++) {
                invalidation.run(entry);
                struct.set(ValueLayout.JAVA_INT, 24, entry + 1);
            }
            invalidation.requireType();
            return 0;
        } catch (SyscallException e) {
            return e.errno().answer();
        }
    }

    private static int word(MemorySegment struct, long offset) {
        return struct.get(ValueLayout.JAVA_INT, offset);
    }
}

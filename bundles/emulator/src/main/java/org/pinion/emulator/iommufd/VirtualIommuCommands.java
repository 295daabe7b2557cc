package org.pinion.emulator.iommufd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pinion.emulator.host.KernelRelease;
import org.pinion.emulator.memory.Pages;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/**
 * The requests about a guest's own IOMMU (drivers/iommu/iommufd/viommu.c and hw_pagetable.c). Devices cannot be given
 * to one; what its page tables have cached can be invalidated.
 */
final class VirtualIommuCommands {

    private static final int ENTRIES_AT_MOST = 1 << 19;
    private static final int EVENTS_AT_MOST = 1 << 19;
    private static final int RESERVED_AT = 28;

    private final ObjectTable objects;
    private final KernelRelease release;

    VirtualIommuCommands(IommufdContext context, KernelRelease release) {
        this.objects = context.objects();
        this.release = release;
    }

    /**
     * EOPNOTSUPP for flags and without a type, ENOENT for an unknown device, EOPNOTSUPP for a type that its IOMMU does
     * not have, ENOENT for an unknown page table, EINVAL for one that nothing can be on top of.
     */
    int alloc(MemorySegment struct) throws SyscallException {
        boolean typed = word(struct, 4) == 0 && word(struct, 8) != 0;
        SyscallException.require(typed, Errno.EOPNOTSUPP);
        DeviceIommu iommu = objects.device(word(struct, 12)).iommu();
        SyscallException.require(iommu.virtualizes(word(struct, 8)) && word(struct, 24) == 0, Errno.EOPNOTSUPP);
        PageTable parent = objects.pageTable(word(struct, 16));
        SyscallException.require(parent.nestParent(), Errno.EINVAL);
        VirtualIommu guest = new VirtualIommu(parent);
        objects.add(guest);
        struct.set(ValueLayout.JAVA_INT, 20, guest.id());
        return 0;
    }

    /** ENOENT if there is no such guest's IOMMU, EOPNOTSUPP if there is: it takes no devices. */
    int allocDevice(MemorySegment struct) throws SyscallException {
        return allocFor(word(struct, 4));
    }

    /** Nothing can be made for a guest's IOMMU but page tables. */
    private int allocFor(int guest) throws SyscallException {
        SyscallException.require(objects.find(guest) instanceof VirtualIommu, Errno.ENOENT);
        throw new SyscallException(Errno.EOPNOTSUPP);
    }

    /** EOPNOTSUPP for flags and without a type, EINVAL for no room or too much of it; then as for a device. */
    int allocEvents(MemorySegment struct) throws SyscallException {
        boolean typed = word(struct, 4) == 0 && word(struct, RESERVED_AT) == 0 && word(struct, 12) != 0;
        SyscallException.require(typed, Errno.EOPNOTSUPP);
        boolean bounded = word(struct, 16) != 0 && Integer.compareUnsigned(word(struct, 16), EVENTS_AT_MOST) <= 0;
        SyscallException.require(bounded, Errno.EINVAL);
        return allocFor(word(struct, 8));
    }

    /** EOPNOTSUPP for flags and without a type, EINVAL empty, EOVERFLOW past the end; then as for a device. */
    int allocQueue(MemorySegment struct) throws SyscallException {
        SyscallException.require(word(struct, 4) == 0 && word(struct, 12) != 0, Errno.EOPNOTSUPP);
        long start = struct.get(ValueLayout.JAVA_LONG, 24);
        long length = struct.get(ValueLayout.JAVA_LONG, 32);
        SyscallException.require(length != 0, Errno.EINVAL);
        SyscallException.require(Long.compareUnsigned(start + (length - 1), start) >= 0, Errno.EOVERFLOW);
        return allocFor(word(struct, 8));
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
            Invalidation invalidation = new Invalidation(table(word(struct, 4)), type, data, bytes);
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

    /** Before guests' IOMMUs there was nothing else that could be meant, and so it was not there. */
    private NestedTable table(int id) throws SyscallException {
        if (objects.get(id) instanceof NestedTable table) {
            return table;
        }
        throw new SyscallException(release.attachesPasids() ? Errno.EINVAL : Errno.ENOENT);
    }

    private static int word(MemorySegment struct, long offset) {
        return struct.get(ValueLayout.JAVA_INT, offset);
    }
}

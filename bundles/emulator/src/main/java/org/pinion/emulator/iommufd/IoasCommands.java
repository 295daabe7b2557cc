package org.pinion.emulator.iommufd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.pinion.emulator.host.IovaRange;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.emulator.syscall.UserMemory;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.IommuDestroy;
import org.pinion.linux.uapi.IommuIoasAlloc;
import org.pinion.linux.uapi.IommuIoasAllowIovas;
import org.pinion.linux.uapi.IommuIoasIovaRanges;
import org.pinion.linux.uapi.IommuIovaRange;
import org.pinion.linux.uapi.IommuVfioIoas;
import org.pinion.linux.uapi.Iommufd;

/** The requests that make, limit, look at and destroy address spaces (drivers/iommu/iommufd/ioas.c). */
final class IoasCommands {

    private static final int RESERVED_AT = 12;

    private static final int VFIO_RESERVED_AT = 10;

    private final IommufdContext context;
    private final ObjectTable objects;

    IoasCommands(IommufdContext context) {
        this.context = context;
        this.objects = context.objects();
    }

    int alloc(MemorySegment struct) throws SyscallException {
        IommuIoasAlloc alloc = new IommuIoasAlloc(struct);
        SyscallException.require(alloc.flags() == 0, Errno.EOPNOTSUPP);
        Ioas ioas = new Ioas();
        objects.add(ioas);
        alloc.ioasId(ioas.id());
        return 0;
    }

    int destroy(MemorySegment struct) throws SyscallException {
        IommufdObject object = objects.get(new IommuDestroy(struct).id());
        SyscallException.require(!object.inUse(), Errno.EBUSY);
        objects.remove(object);
        if (object == context.compatible()) {
            context.compatible(null);
        }
        object.destroyed();
        return 0;
    }

    /** Which address space the requests of a container mean. */
    int vfioIoas(MemorySegment struct) throws SyscallException {
        IommuVfioIoas request = new IommuVfioIoas(struct);
        SyscallException.require(struct.get(ValueLayout.JAVA_SHORT, VFIO_RESERVED_AT) == 0, Errno.EOPNOTSUPP);
        switch (request.op()) {
            case Iommufd.VFIO_IOAS_GET -> {
                SyscallException.require(context.compatible() != null, Errno.ENODEV);
                request.ioasId(context.compatible().id());
            }
            case Iommufd.VFIO_IOAS_SET -> context.compatible(objects.ioas(request.ioasId()));
            case Iommufd.VFIO_IOAS_CLEAR -> context.compatible(null);
            default -> throw new SyscallException(Errno.EOPNOTSUPP);
        }
        return 0;
    }

    /** EOPNOTSUPP: the machine has no devices without an IOMMU, and its kernel no support for them. */
    int physicalAddress(MemorySegment struct) throws SyscallException {
        throw new SyscallException(Errno.EOPNOTSUPP);
    }

    int iovaRanges(MemorySegment struct) throws SyscallException {
        IommuIoasIovaRanges ranges = new IommuIoasIovaRanges(struct);
        SyscallException.require(struct.get(ValueLayout.JAVA_INT, RESERVED_AT) == 0, Errno.EOPNOTSUPP);
        Ioas ioas = objects.ioas(ranges.ioasId());
        List<IovaRange> usable = ioas.usable();
        long room = Integer.toUnsignedLong(ranges.numIovas());
        int written = (int) Math.min(room, usable.size());
        for (int i = 0; i < written; i++) {
            write(element(ranges.allowedIovas(), i), usable.get(i));
        }
        ranges.numIovas(usable.size());
        ranges.iovaAlignment(ioas.alignment());
        return room < usable.size() ? Errno.EMSGSIZE.answer() : 0;
    }

    private static void write(IommuIovaRange element, IovaRange range) {
        element.start(range.start());
        element.last(range.last());
    }

    private static IommuIovaRange element(long array, long index) throws SyscallException {
        MemorySegment elements = UserMemory.at(array, (index + 1) * IommuIovaRange.SIZE);
        return new IommuIovaRange(elements.asSlice(index * IommuIovaRange.SIZE));
    }

    int allowIovas(MemorySegment struct) throws SyscallException {
        IommuIoasAllowIovas allow = new IommuIoasAllowIovas(struct);
        SyscallException.require(struct.get(ValueLayout.JAVA_INT, RESERVED_AT) == 0, Errno.EOPNOTSUPP);
        Ioas ioas = objects.ioas(allow.ioasId());
        List<IovaRange> ranges = new ArrayList<>();
        for (long i = 0; i < Integer.toUnsignedLong(allow.numIovas()); i++) {
            ranges.add(next(element(allow.allowedIovas(), i), ranges));
        }
        ranges.sort((a, b) -> Long.compareUnsigned(a.start(), b.start()));
        ioas.allow(ranges);
        return 0;
    }

    /** A range of one byte is refused too. */
    private static IovaRange next(IommuIovaRange element, List<IovaRange> before) throws SyscallException {
        long start = element.start();
        long last = element.last();
        SyscallException.require(Long.compareUnsigned(start, last) < 0, Errno.EINVAL);
        SyscallException.require(before.stream().noneMatch(range -> range.touches(start, last)), Errno.EINVAL);
        return new IovaRange(start, last);
    }
}

package org.pinion.emulator.iommufd;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.pinion.emulator.host.IovaRange;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.emulator.syscall.UserMemory;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.VfioInfoCapHeader;
import org.pinion.linux.uapi.VfioIommuType1Info;
import org.pinion.linux.uapi.VfioIommuType1InfoCapIovaRange;
import org.pinion.linux.uapi.VfioIommuType1InfoDmaAvail;
import org.pinion.linux.uapi.VfioIovaRange;
import org.pinion.linux.uapi.VfioType1;

/**
 * What an iommufd tells of an address space in the words of a container (iommufd_vfio_iommu_get_info in
 * drivers/iommu/iommufd/vfio_compat.c). Each capability, and each range of one, is written if there is room for it;
 * where the first begins is told if there is room for all.
 */
final class CompatibleInfo {

    /** Nothing but memory limits the number of mappings. */
    private static final int UNLIMITED = -1;

    private static final int ALIGNMENT = 8;

    private final MemorySegment argument;
    private final long declared;
    private long end = VfioIommuType1Info.SIZE;

    /**
     * @param argument the caller's structure, which is long enough for a request
     */
    CompatibleInfo(MemorySegment argument) {
        this.argument = argument;
        this.declared = Integer.toUnsignedLong(new VfioIommuType1Info(argument).declaredSize());
    }

    /** EFAULT if the structure is shorter than it says. */
    void answer(Ioas ioas) throws SyscallException {
        long available = end;
        available();
        if (declared >= end) {
            write(available, nextIs(end));
        }
        ranges(ioas.usable());
        VfioIommuType1Info info = new VfioIommuType1Info(UserMemory.kernelCopy(VfioIommuType1Info.SIZE))
                .flags(VfioType1.INFO_PGSIZES | VfioType1.INFO_CAPS).iovaPgsizes(ioas.pageSizes())
                .capOffset(declared >= end ? VfioIommuType1Info.SIZE : 0);
        info.declareSize((int) end);
        write(0, info.memory().asSlice(0, Math.min(declared, VfioIommuType1Info.SIZE)));
    }

    private void available() throws SyscallException {
        MemorySegment told = UserMemory.kernelCopy(VfioIommuType1InfoDmaAvail.SIZE);
        header(told, VfioType1.CAP_DMA_AVAIL);
        new VfioIommuType1InfoDmaAvail(told).avail(UNLIMITED);
        if (declared >= end + told.byteSize()) {
            write(end, told);
        }
        end += (told.byteSize() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private void ranges(List<IovaRange> usable) throws SyscallException {
        long next = end + VfioIommuType1InfoCapIovaRange.SIZE;
        for (IovaRange range : usable) {
            MemorySegment told = UserMemory.kernelCopy(VfioIovaRange.SIZE);
            new VfioIovaRange(told).start(range.start()).end(range.last());
            if (declared >= next + told.byteSize()) {
                write(next, told);
            }
            next += told.byteSize();
        }
        if (declared >= next) {
            MemorySegment told = UserMemory.kernelCopy(VfioIommuType1InfoCapIovaRange.SIZE);
            header(told, VfioType1.CAP_IOVA_RANGE);
            write(end, new VfioIommuType1InfoCapIovaRange(told).nrIovas(usable.size()).memory());
        }
        end = next;
    }

    private static void header(MemorySegment capability, int id) {
        new VfioInfoCapHeader(capability).id((short) id).version((short) 1);
    }

    /** The header of the first capability with the place of the second. */
    private static MemorySegment nextIs(long place) {
        MemorySegment first = UserMemory.kernelCopy(VfioInfoCapHeader.SIZE);
        header(first, VfioType1.CAP_DMA_AVAIL);
        return new VfioInfoCapHeader(first).next((int) place).memory();
    }

    private void write(long at, MemorySegment what) throws SyscallException {
        SyscallException.require(argument.byteSize() >= at + what.byteSize(), Errno.EFAULT);
        MemorySegment.copy(what, 0, argument, at, what.byteSize());
    }
}

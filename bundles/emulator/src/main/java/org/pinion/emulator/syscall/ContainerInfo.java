package org.pinion.emulator.syscall;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.pinion.emulator.host.IovaRange;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.VfioInfoCapHeader;
import org.pinion.linux.uapi.VfioIommuType1Info;
import org.pinion.linux.uapi.VfioIommuType1InfoCapIovaRange;
import org.pinion.linux.uapi.VfioIommuType1InfoCapMigration;
import org.pinion.linux.uapi.VfioIommuType1InfoDmaAvail;
import org.pinion.linux.uapi.VfioIovaRange;
import org.pinion.linux.uapi.VfioType1;

/**
 * What a container tells of its IOMMU: page sizes, and capabilities one after the other (vfio_iommu_type1_get_info).
 */
public final class ContainerInfo {

    /** Through {@code iova_pgsizes}, as the structure was at first. */
    private static final int MINIMUM = 16;

    private static final int ALIGNMENT = 8;

    private final long pageSizes;
    private final List<MemorySegment> capabilities = new ArrayList<>();

    /**
     * @param pageSizes a bit for every size of page
     */
    public ContainerInfo(long pageSizes) {
        this.pageSizes = pageSizes;
    }

    private MemorySegment add(int id, int bytes) {
        MemorySegment place = UserMemory.kernelCopy((bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
        new VfioInfoCapHeader(place).id((short) id).version((short) 1);
        capabilities.add(place);
        return place;
    }

    /**
     * @param pageSize what a bit of a bitmap stands for, bytes
     * @param bitmapBytes how long a bitmap may be
     * @return this
     */
    public ContainerInfo migration(long pageSize, long bitmapBytes) {
        new VfioIommuType1InfoCapMigration(add(VfioType1.CAP_MIGRATION, VfioIommuType1InfoCapMigration.SIZE))
                .pgsizeBitmap(pageSize).maxDirtyBitmapSize(bitmapBytes);
        return this;
    }

    /**
     * @param entries how many more mappings there may be
     * @return this
     */
    public ContainerInfo available(int entries) {
        new VfioIommuType1InfoDmaAvail(add(VfioType1.CAP_DMA_AVAIL, VfioIommuType1InfoDmaAvail.SIZE)).avail(entries);
        return this;
    }

    /**
     * @param ranges the usable addresses; nothing is told if there are none
     * @return this
     */
    public ContainerInfo usable(List<IovaRange> ranges) {
        if (ranges.isEmpty()) {
            return this;
        }
        int bytes = VfioIommuType1InfoCapIovaRange.SIZE + ranges.size() * VfioIovaRange.SIZE;
        VfioIommuType1InfoCapIovaRange told =
                new VfioIommuType1InfoCapIovaRange(add(VfioType1.CAP_IOVA_RANGE, bytes)).nrIovas(ranges.size());
        for (int i = 0; i < ranges.size(); i++) {
            told.range(i).start(ranges.get(i).start()).end(ranges.get(i).last());
        }
        return this;
    }

    /**
     * Looks at the size that the request names, which comes before whether there is anything to tell.
     *
     * @param argument the caller's structure
     * @throws SyscallException EINVAL if it is too short, EFAULT if it is shorter than it says
     */
    public static void requireSize(MemorySegment argument) throws SyscallException {
        int declared = new VfioIommuType1Info(UserMemory.copyIn(argument, MINIMUM)).declaredSize();
        SyscallException.require(Integer.compareUnsigned(declared, MINIMUM) >= 0, Errno.EINVAL);
    }

    /**
     * Answers the request. Capabilities are told if there is room for all of them; else only how much they need.
     *
     * @param argument the caller's structure
     * @throws SyscallException EINVAL if it is too short, EFAULT if it is shorter than it says
     */
    public void answer(MemorySegment argument) throws SyscallException {
        MemorySegment copy = UserMemory.kernelCopy(VfioIommuType1Info.SIZE);
        MemorySegment.copy(UserMemory.copyIn(argument, MINIMUM), 0, copy, 0, MINIMUM);
        VfioIommuType1Info info = new VfioIommuType1Info(copy);
        int declared = info.declaredSize();
        SyscallException.require(Integer.compareUnsigned(declared, MINIMUM) >= 0, Errno.EINVAL);
        info.flags(VfioType1.INFO_PGSIZES | VfioType1.INFO_CAPS).iovaPgsizes(pageSizes);
        MemorySegment chain = chain();
        int needed = VfioIommuType1Info.SIZE + (int) chain.byteSize();
        boolean room = Integer.compareUnsigned(declared, needed) >= 0;
        info.declareSize(room ? declared : needed);
        if (room) {
            SyscallException.require(argument.byteSize() >= needed, Errno.EFAULT);
            MemorySegment.copy(chain, 0, argument, VfioIommuType1Info.SIZE, chain.byteSize());
            info.capOffset(VfioIommuType1Info.SIZE);
        }
        SyscallException.require(
                argument.byteSize() >= Math.min(Integer.toUnsignedLong(declared), copy.byteSize()), Errno.EFAULT);
        UserMemory.copyOut(copy, argument, declared);
    }

    /** The capabilities, each with the place of the next. */
    private MemorySegment chain() {
        int bytes = capabilities.stream().mapToInt(one -> (int) one.byteSize()).sum();
        MemorySegment all = UserMemory.kernelCopy(bytes);
        long at = 0;
        for (MemorySegment one : capabilities) {
            MemorySegment.copy(one, 0, all, at, one.byteSize());
            long end = at + one.byteSize();
            new VfioInfoCapHeader(all.asSlice(at)).next(end == bytes ? 0 : (int) (VfioIommuType1Info.SIZE + end));
            at = end;
        }
        return all;
    }
}

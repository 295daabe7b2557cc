package org.pinion.emulator.type1;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.pinion.emulator.host.IovaRange;
import org.pinion.emulator.syscall.InfoChain;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.emulator.syscall.UserMemory;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.VfioIommuType1Info;
import org.pinion.linux.uapi.VfioIommuType1InfoCapIovaRange;
import org.pinion.linux.uapi.VfioIommuType1InfoCapMigration;
import org.pinion.linux.uapi.VfioIommuType1InfoDmaAvail;
import org.pinion.linux.uapi.VfioIovaRange;
import org.pinion.linux.uapi.VfioType1;

/** The request that tells what a container can do (vfio_iommu_type1_get_info); the container's lock is held. */
final class InfoRequest {

    /** Through {@code iova_pgsizes}, as the structure was at first. */
    private static final int MINIMUM = 16;

    /** Through {@code cap_offset}. */
    private static final int WITH_CAPABILITIES = 20;

    private final Type1Iommu iommu;

    InfoRequest(Type1Iommu iommu) {
        this.iommu = iommu;
    }

    /** Capabilities are told if there is room for all of them; else only how much room they need. */
    void run(MemorySegment argument) throws SyscallException {
        MemorySegment copy = UserMemory.kernelCopy(VfioIommuType1Info.SIZE);
        MemorySegment.copy(UserMemory.copyIn(argument, MINIMUM), 0, copy, 0, MINIMUM);
        VfioIommuType1Info info = new VfioIommuType1Info(copy);
        int declared = info.declaredSize();
        SyscallException.require(Integer.compareUnsigned(declared, MINIMUM) >= 0, Errno.EINVAL);
        info.flags(VfioType1.INFO_PGSIZES | VfioType1.INFO_CAPS).iovaPgsizes(iommu.groups().pageSizes());
        MemorySegment chain = chain().linked(VfioIommuType1Info.SIZE);
        int needed = VfioIommuType1Info.SIZE + (int) chain.byteSize();
        if (Integer.compareUnsigned(declared, needed) < 0) {
            info.declareSize(needed);
        } else {
            SyscallException.require(argument.byteSize() >= needed, Errno.EFAULT);
            MemorySegment.copy(chain, 0, argument, VfioIommuType1Info.SIZE, chain.byteSize());
            info.capOffset(VfioIommuType1Info.SIZE);
        }
        boolean later = Integer.compareUnsigned(declared, WITH_CAPABILITIES) >= 0;
        UserMemory.copyOut(copy, argument, later ? WITH_CAPABILITIES : MINIMUM);
    }

    private InfoChain chain() {
        InfoChain chain = new InfoChain();
        new VfioIommuType1InfoCapMigration(
                chain.add(VfioType1.CAP_MIGRATION, VfioIommuType1InfoCapMigration.SIZE))
                .pgsizeBitmap(iommu.groups().smallestPage()).maxDirtyBitmapSize(UserBitmap.MAXIMUM_BYTES);
        new VfioIommuType1InfoDmaAvail(chain.add(VfioType1.CAP_DMA_AVAIL, VfioIommuType1InfoDmaAvail.SIZE))
                .avail(iommu.mappings().available());
        List<IovaRange> usable = iommu.groups().usable().ranges();
        if (!usable.isEmpty()) {
            addRanges(chain, usable);
        }
        return chain;
    }

    private static void addRanges(InfoChain chain, List<IovaRange> usable) {
        int bytes = VfioIommuType1InfoCapIovaRange.SIZE + usable.size() * VfioIovaRange.SIZE;
        VfioIommuType1InfoCapIovaRange told =
                new VfioIommuType1InfoCapIovaRange(chain.add(VfioType1.CAP_IOVA_RANGE, bytes)).nrIovas(usable.size());
        for (int i = 0; i < usable.size(); i++) {
            told.range(i).start(usable.get(i).start()).end(usable.get(i).last());
        }
    }
}

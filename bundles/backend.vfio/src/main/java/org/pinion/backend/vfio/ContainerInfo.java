package org.pinion.backend.vfio;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.pinion.api.AddressRange;
import org.pinion.api.RangeSet;
import org.pinion.device.IovaRanges;
import org.pinion.linux.uapi.VfioInfoCapHeader;
import org.pinion.linux.uapi.VfioIommuType1Info;
import org.pinion.linux.uapi.VfioIommuType1InfoCapIovaRange;
import org.pinion.linux.uapi.VfioIommuType1InfoDmaAvail;
import org.pinion.linux.uapi.VfioIovaRange;
import org.pinion.linux.uapi.VfioType1;

/**
 * What a container says of its IOMMU: {@code vfio_iommu_type1_get_info} in drivers/vfio/vfio_iommu_type1.c.
 *
 * @param ranges what it lets be mapped
 * @param pageSizes the sizes of pages that mappings can be made of, a bit for each
 * @param entriesLeft how many mappings it still takes; empty if it does not tell
 * @param tracks whether it can tell which pages devices wrote: capability {@code MIGRATION}
 */
record ContainerInfo(IovaRanges ranges, long pageSizes, OptionalLong entriesLeft, boolean tracks) {

    /**
     * Reads the kernel's answer.
     *
     * @param info the structure with its chain of capabilities
     * @param pageSize bytes of a page of the host, the least alignment
     * @return what it says
     */
    static ContainerInfo of(VfioIommuType1Info info, long pageSize) {
        // A container that no IOMMU stands behind (mdevs alone) has no list, and takes every address.
        RangeSet usable = RangeSet.ALL;
        OptionalLong entriesLeft = OptionalLong.empty();
        boolean tracks = false;
        int at = (info.flags() & VfioType1.INFO_CAPS) == 0 ? 0 : info.capOffset();
        while (at != 0) {
            var capability = info.memory().asSlice(at);
            VfioInfoCapHeader header = new VfioInfoCapHeader(capability);
            switch (header.id()) {
                case VfioType1.CAP_IOVA_RANGE -> usable = read(new VfioIommuType1InfoCapIovaRange(capability));
                case VfioType1.CAP_DMA_AVAIL -> entriesLeft = OptionalLong.of(
                        Integer.toUnsignedLong(new VfioIommuType1InfoDmaAvail(capability).avail()));
                case VfioType1.CAP_MIGRATION -> tracks = true;
                default -> {
                    // Capabilities come with new kernels; what is not understood is not needed.
                }
            }
            at = header.next();
        }
        long pageSizes = pageSizes(info, pageSize);
        IovaRanges ranges = new IovaRanges(usable, Long.lowestOneBit(pageSizes));
        return new ContainerInfo(ranges, pageSizes, entriesLeft, tracks);
    }

    private static RangeSet read(VfioIommuType1InfoCapIovaRange list) {
        List<AddressRange> found = new ArrayList<>(list.nrIovas());
        for (int i = 0; i < list.nrIovas(); i++) {
            VfioIovaRange range = list.range(i);
            found.add(new AddressRange(range.start(), range.end()));
        }
        return RangeSet.of(found);
    }

    /** As the kernel has it, the host's page stands for all that are smaller ({@code vfio_update_pgsize_bitmap}). */
    private static long pageSizes(VfioIommuType1Info info, long pageSize) {
        long sizes = (info.flags() & VfioType1.INFO_PGSIZES) == 0 ? 0 : info.iovaPgsizes();
        if (sizes == 0) {
            return -pageSize;
        }
        return (sizes & (pageSize - 1)) == 0 ? sizes : sizes & -pageSize | pageSize;
    }
}

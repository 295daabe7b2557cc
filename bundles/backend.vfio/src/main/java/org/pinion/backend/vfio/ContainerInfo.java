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
 * @param entriesLeft how many mappings it still takes; empty if it does not tell
 */
record ContainerInfo(IovaRanges ranges, OptionalLong entriesLeft) {

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
        int at = (info.flags() & VfioType1.INFO_CAPS) == 0 ? 0 : info.capOffset();
        while (at != 0) {
            var capability = info.memory().asSlice(at);
            VfioInfoCapHeader header = new VfioInfoCapHeader(capability);
            switch (header.id()) {
                case VfioType1.CAP_IOVA_RANGE -> usable = read(new VfioIommuType1InfoCapIovaRange(capability));
                case VfioType1.CAP_DMA_AVAIL -> entriesLeft = OptionalLong.of(
                        Integer.toUnsignedLong(new VfioIommuType1InfoDmaAvail(capability).avail()));
                default -> {
                    // Capabilities come with new kernels; what is not understood is not needed.
                }
            }
            at = header.next();
        }
        return new ContainerInfo(new IovaRanges(usable, alignment(info, pageSize)), entriesLeft);
    }

    private static RangeSet read(VfioIommuType1InfoCapIovaRange list) {
        List<AddressRange> found = new ArrayList<>(list.nrIovas());
        for (int i = 0; i < list.nrIovas(); i++) {
            VfioIovaRange range = list.range(i);
            found.add(new AddressRange(range.start(), range.end()));
        }
        return RangeSet.of(found);
    }

    private static long alignment(VfioIommuType1Info info, long pageSize) {
        long sizes = (info.flags() & VfioType1.INFO_PGSIZES) == 0 ? 0 : info.iovaPgsizes();
        return Math.max(Long.lowestOneBit(sizes), pageSize);
    }
}

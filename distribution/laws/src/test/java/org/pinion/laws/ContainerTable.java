package org.pinion.laws;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.List;
import org.pinion.api.AddressRange;
import org.pinion.api.Mapping;
import org.pinion.api.SpaceSnapshot;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;
import org.pinion.linux.Mman;
import org.pinion.linux.uapi.VfioIommuType1DmaMap;
import org.pinion.linux.uapi.VfioIommuType1DmaUnmap;
import org.pinion.linux.uapi.VfioIommuType1Info;
import org.pinion.linux.uapi.VfioType1;

/** What is in a VFIO container. Without a group in it, it has no IOMMU, and takes and holds nothing. */
final class ContainerTable implements KernelTable {

    private static final long PAGE = 4096;

    private final Kernel kernel;
    private final int container;

    ContainerTable(Tap tap) {
        kernel = tap.behind();
        container = tap.container();
    }

    /** The kernel takes no mapping where it has one: each unit is tried. */
    @Override
    public void assertHas(SpaceSnapshot said, String when) {
        assertThat(hasIommu()).as("%s: an IOMMU is set", when).isEqualTo(!said.devices().isEmpty());
        if (hasIommu()) {
            long unit = unit();
            for (Mapping mapping : said.table()) {
                assertThat(gap(mapping.range(), unit)).as("%s: the kernel lacks of %s", when, mapping).isEmpty();
            }
        }
    }

    @Override
    public void assertHasExactly(SpaceSnapshot said, String when) {
        if (hasIommu()) {
            KernelTable.super.assertHasExactly(said, when);
        } else {
            assertHas(said, when);
        }
    }

    @Override
    public long unmapAll() {
        try (Arena arena = Arena.ofConfined()) {
            VfioIommuType1DmaUnmap all = VfioIommuType1DmaUnmap.allocate(arena).flags(VfioType1.UNMAP_ALL);
            assertThat(kernel.ioctl(container, VfioType1.UNMAP_DMA, all.memory())).isZero();
            return all.size();
        }
    }

    private boolean hasIommu() {
        try (Arena arena = Arena.ofConfined()) {
            VfioIommuType1Info info = VfioIommuType1Info.allocate(arena, 512);
            return kernel.ioctl(container, VfioType1.GET_INFO, info.memory()) == 0;
        }
    }

    /** The smallest page now: a device that the plan does not know, since it could not be let out again, counts too. */
    private long unit() {
        try (Arena arena = Arena.ofConfined()) {
            VfioIommuType1Info info = VfioIommuType1Info.allocate(arena, 512);
            assertThat(kernel.ioctl(container, VfioType1.GET_INFO, info.memory())).isZero();
            return Math.max(PAGE, Long.lowestOneBit(info.iovaPgsizes()));
        }
    }

    private List<Long> gap(AddressRange range, long unit) {
        try (Arena arena = Arena.ofConfined()) {
            long memory = kernel.mmap(2 * unit, Mman.PROT_READ, Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS, -1, 0).address();
            VfioIommuType1DmaMap map = VfioIommuType1DmaMap.allocate(arena).flags(VfioType1.MAP_READ).size(unit);
            for (long at = range.start(); at - range.start() < range.size(); at += unit) {
                map.iova(at).vaddr((memory + unit - 1) & -unit);
                if (kernel.ioctl(container, VfioType1.MAP_DMA, map.memory()) != Errno.EEXIST.answer()) {
                    return List.of(at);
                }
            }
            return List.of();
        } catch (ErrnoException full) {
            throw new AssertionError(full);
        }
    }
}

package org.pinion.laws;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import org.pinion.api.AddressRange;
import org.pinion.api.Mapping;
import org.pinion.api.SpaceSnapshot;
import org.pinion.linux.Kernel;
import org.pinion.linux.uapi.IommuDestroy;
import org.pinion.linux.uapi.IommuIoasAlloc;
import org.pinion.linux.uapi.IommuIoasCopy;
import org.pinion.linux.uapi.IommuIoasUnmap;
import org.pinion.linux.uapi.Iommufd;

/** What is in the address space of an iommufd. */
final class IoasTable implements KernelTable {

    private final Kernel kernel;
    private final int iommufd;
    private final int ioas;

    IoasTable(Tap tap) {
        kernel = tap.behind();
        iommufd = tap.iommufd();
        ioas = tap.ioas();
    }

    /** Only what is mapped without a gap can be copied. */
    @Override
    public void assertHas(SpaceSnapshot said, String when) {
        for (Mapping mapping : said.table()) {
            assertThat(copies(mapping.range())).as("%s: the kernel has %s", when, mapping).isTrue();
        }
    }

    @Override
    public long unmapAll() {
        try (Arena arena = Arena.ofConfined()) {
            IommuIoasUnmap all = IommuIoasUnmap.allocate(arena).ioasId(ioas).iova(0).length(-1L);
            assertThat(kernel.ioctl(iommufd, Iommufd.IOAS_UNMAP, all.memory())).isZero();
            return all.length();
        }
    }

    private boolean copies(AddressRange range) {
        try (Arena arena = Arena.ofConfined()) {
            IommuIoasAlloc scratch = IommuIoasAlloc.allocate(arena);
            assertThat(kernel.ioctl(iommufd, Iommufd.IOAS_ALLOC, scratch.memory())).isZero();
            IommuIoasCopy copy = IommuIoasCopy.allocate(arena)
                    .flags(Iommufd.MAP_FIXED_IOVA | Iommufd.MAP_READABLE)
                    .srcIoasId(ioas)
                    .dstIoasId(scratch.ioasId())
                    .length(range.size())
                    .srcIova(range.start())
                    .dstIova(range.start());
            int answer = kernel.ioctl(iommufd, Iommufd.IOAS_COPY, copy.memory());
            IommuDestroy destroy = IommuDestroy.allocate(arena).id(scratch.ioasId());
            assertThat(kernel.ioctl(iommufd, Iommufd.DESTROY, destroy.memory())).isZero();
            return answer == 0;
        }
    }
}

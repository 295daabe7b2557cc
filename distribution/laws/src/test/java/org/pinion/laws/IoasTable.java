package org.pinion.laws;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.pinion.api.AddressRange;
import org.pinion.api.ApartDevice;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.api.SpaceSnapshot;
import org.pinion.linux.Kernel;
import org.pinion.linux.uapi.IommuDestroy;
import org.pinion.linux.uapi.IommuIoasAlloc;
import org.pinion.linux.uapi.IommuIoasCopy;
import org.pinion.linux.uapi.IommuIoasIovaRanges;
import org.pinion.linux.uapi.IommuIoasUnmap;
import org.pinion.linux.uapi.IommuIovaRange;
import org.pinion.linux.uapi.Iommufd;

/** What is in the address space of an iommufd. */
final class IoasTable implements KernelTable {

    private static final int MANY = 256;

    private final Kernel kernel;
    private final int iommufd;
    private final int ioas;
    private final Tap tap;

    IoasTable(Tap tap) {
        kernel = tap.behind();
        iommufd = tap.iommufd();
        ioas = tap.ioas();
        this.tap = tap;
    }

    /** Only what is mapped without a gap can be copied. */
    @Override
    public void assertHas(SpaceSnapshot said, String when) {
        for (Mapping mapping : said.table()) {
            assertThat(copies(mapping.range())).as("%s: the kernel has %s", when, mapping).isTrue();
        }
    }

    /**
     * Beside it there is an address space for the devices of each limits that are apart. What could not be destroyed
     * may be there too, until the next change.
     */
    @Override
    public void assertHasExactly(SpaceSnapshot said, String when) {
        List<Long> wanted = said.plan().limits().apart().stream()
                .map(device -> bytes(said, device))
                .distinct()
                .map(Map.Entry::getValue)
                .toList();
        List<Long> there = new ArrayList<>(tap.beside().stream().map(this::unmapAll).toList());
        for (Long bytes : wanted) {
            assertThat(there.remove(bytes)).as("%s: 0x%x bytes mapped for devices apart", when, bytes).isTrue();
        }
        if (!tap.undestroyed()) {
            assertThat(said.plan().limits().usable().minus(usable()))
                    .as("%s: what a device forbids that should be apart", when)
                    .isEqualTo(RangeSet.EMPTY);
        }
        KernelTable.super.assertHasExactly(said, when);
    }

    private RangeSet usable() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment list = arena.allocate((long) MANY * IommuIovaRange.SIZE, Long.BYTES);
            IommuIoasIovaRanges ranges = IommuIoasIovaRanges.allocate(arena)
                    .ioasId(ioas)
                    .numIovas(MANY)
                    .allowedIovas(list.address());
            assertThat(kernel.ioctl(iommufd, Iommufd.IOAS_IOVA_RANGES, ranges.memory())).isZero();
            List<AddressRange> usable = new ArrayList<>();
            for (long i = 0; i < ranges.numIovas(); i++) {
                IommuIovaRange range = new IommuIovaRange(list.asSlice(i * IommuIovaRange.SIZE, IommuIovaRange.SIZE));
                usable.add(new AddressRange(range.start(), range.last()));
            }
            return RangeSet.of(usable);
        }
    }

    private static Map.Entry<RangeSet, Long> bytes(SpaceSnapshot said, ApartDevice device) {
        long bytes = said.table().stream()
                .flatMap(mapping -> device.reached(mapping.range()).ranges().stream())
                .mapToLong(AddressRange::size)
                .sum();
        return Map.entry(device.limits().usable(), bytes);
    }

    @Override
    public long unmapAll() {
        return unmapAll(ioas);
    }

    private long unmapAll(int id) {
        try (Arena arena = Arena.ofConfined()) {
            IommuIoasUnmap all = IommuIoasUnmap.allocate(arena).ioasId(id).iova(0).length(-1L);
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

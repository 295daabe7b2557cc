package org.pinion.lab;

import java.lang.foreign.ValueLayout;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioIommuType1DmaMap;
import org.pinion.linux.uapi.VfioIommuType1DmaUnmap;
import org.pinion.linux.uapi.VfioType1;

/** A container. */
final class RawContainer extends RawSpace {

    private final int container;

    RawContainer(Kernel kernel) throws ErrnoException {
        super(kernel);
        container = open("/dev/vfio/vfio");
    }

    /** A request that takes a number. */
    int ask(int request, long argument) {
        return kernel().ioctl(container, request, argument);
    }

    /** Puts a group in; the IOMMU's kind is still to be chosen. */
    void add(String node) throws ErrnoException {
        ErrnoException.check("GROUP_SET_CONTAINER of " + node, ioctl(
                open(node), Vfio.GROUP_SET_CONTAINER, arena().allocateFrom(ValueLayout.JAVA_INT, container)));
    }

    @Override
    void attach(String node) throws ErrnoException {
        add(node);
        ErrnoException.check("SET_IOMMU", ask(VfioType1.SET_IOMMU, VfioType1.TYPE1_V2));
    }

    @Override
    int map(long iova, long address, long bytes, boolean writable) {
        return map(iova, address, bytes, VfioType1.MAP_READ | (writable ? VfioType1.MAP_WRITE : 0));
    }

    int map(long iova, long address, long bytes, int flags) {
        return ioctl(container, VfioType1.MAP_DMA, VfioIommuType1DmaMap.allocate(arena())
                .flags(flags).vaddr(address).iova(iova).size(bytes));
    }

    @Override
    long unmap(long iova, long bytes) {
        return unmap(iova, bytes, 0);
    }

    long unmap(long iova, long bytes, int flags) {
        VfioIommuType1DmaUnmap unmap =
                VfioIommuType1DmaUnmap.allocate(arena()).flags(flags).iova(iova).size(bytes);
        int answer = ioctl(container, VfioType1.UNMAP_DMA, unmap);
        return answer < 0 ? answer : unmap.size();
    }
}

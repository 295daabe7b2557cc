package org.pinion.lab;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.pinion.device.VfioDevice;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioIommuType1DmaMap;
import org.pinion.linux.uapi.VfioIommuType1DmaUnmap;
import org.pinion.linux.uapi.VfioType1;

/** A container. */
final class RawContainer extends RawSpace {

    private final Map<Integer, Integer> groups = new LinkedHashMap<>();
    private final int container;

    RawContainer(Kernel kernel) throws ErrnoException {
        super(kernel);
        container = openFile("/dev/vfio/vfio");
    }

    /** A request that takes a number. */
    int ask(int request, long argument) {
        return kernel().ioctl(container, request, argument);
    }

    /** Puts a device's group in; the IOMMU's kind is still to be chosen. */
    int add(String address) throws IOException {
        int number = new KernelView(kernel()).function(address).group().orElseThrow();
        if (!groups.containsKey(number)) {
            int group = openFile("/dev/vfio/" + number);
            ErrnoException.check("GROUP_SET_CONTAINER of " + number, ioctl(group, Vfio.GROUP_SET_CONTAINER,
                    arena().allocateFrom(ValueLayout.JAVA_INT, container)));
            groups.put(number, group);
        }
        return groups.get(number);
    }

    @Override
    void attach(String address) throws IOException {
        boolean first = groups.isEmpty();
        add(address);
        if (first) {
            ErrnoException.check("SET_IOMMU", ask(VfioType1.SET_IOMMU, VfioType1.TYPE1_V2));
        }
    }

    @Override
    VfioDevice openDevice(String address) throws IOException {
        attach(address);
        int device = ErrnoException.check(
                "open " + address, ioctl(add(address), Vfio.GROUP_GET_DEVICE_FD, arena().allocateFrom(address)));
        return own(VfioDevice.of(kernel(), address, device, new LongAdder()));
    }

    @Override
    List<Integer> groups() {
        return List.copyOf(groups.values());
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

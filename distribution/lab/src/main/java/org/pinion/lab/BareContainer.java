package org.pinion.lab;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.pinion.device.VfioDevice;
import org.pinion.device.cause.DeviceAccess;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Fcntl;
import org.pinion.linux.Kernel;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioIommuType1DmaMap;
import org.pinion.linux.uapi.VfioType1;

/** Devices opened through their groups, in a container. */
final class BareContainer implements BareDevices {

    private final Kernel kernel;
    private final List<VfioDevice> devices = new ArrayList<>();
    private final Map<Integer, Integer> groups = new LinkedHashMap<>();
    private final int container;

    BareContainer(Kernel kernel) throws ErrnoException {
        this.kernel = kernel;
        this.container = ErrnoException.check("open /dev/vfio/vfio", kernel.open("/dev/vfio/vfio", Fcntl.O_RDWR));
    }

    @Override
    public DeviceAccess open(String address) throws IOException {
        int number = new KernelView(kernel).function(address).group().orElseThrow();
        if (!groups.containsKey(number)) {
            join(number);
        }
        try (Arena arena = Arena.ofConfined()) {
            int answer =
                    kernel.ioctl(groups.get(number), Vfio.GROUP_GET_DEVICE_FD, arena.allocateFrom(address));
            int fd = ErrnoException.check("open " + address, answer);
            VfioDevice device = VfioDevice.of(kernel, address, fd, new LongAdder());
            devices.add(device);
            return new DeviceAccess(device, address);
        }
    }

    private void join(int number) throws ErrnoException {
        String path = "/dev/vfio/" + number;
        int group = ErrnoException.check("open " + path, kernel.open(path, Fcntl.O_RDWR));
        groups.put(number, group);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment descriptor = arena.allocateFrom(ValueLayout.JAVA_INT, container);
            ErrnoException.check("join with " + path, kernel.ioctl(group, Vfio.GROUP_SET_CONTAINER, descriptor));
        }
        if (groups.size() == 1) {
            long type = VfioType1.TYPE1_V2;
            ErrnoException.check("SET_IOMMU", kernel.ioctl(container, VfioType1.SET_IOMMU, type));
        }
    }

    @Override
    public void map(long iova, MemorySegment memory) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            VfioIommuType1DmaMap map = VfioIommuType1DmaMap.allocate(arena)
                    .flags(VfioType1.MAP_READ | VfioType1.MAP_WRITE)
                    .vaddr(memory.address())
                    .iova(iova)
                    .size(memory.byteSize());
            ErrnoException.check("MAP_DMA", kernel.ioctl(container, VfioType1.MAP_DMA, map.memory()));
        }
    }

    @Override
    public List<Integer> groups() {
        return List.copyOf(groups.values());
    }

    @Override
    public void close() throws ErrnoException {
        for (VfioDevice device : devices) {
            device.close();
        }
        for (int group : groups.values()) {
            ErrnoException.check("close a group", kernel.close(group));
        }
        ErrnoException.check("close /dev/vfio/vfio", kernel.close(container));
    }
}

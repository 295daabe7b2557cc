package org.pinion.lab;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.pinion.device.VfioDevice;
import org.pinion.device.cause.DeviceAccess;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Fcntl;
import org.pinion.linux.Kernel;
import org.pinion.linux.uapi.IommuIoasAlloc;
import org.pinion.linux.uapi.IommuIoasMap;
import org.pinion.linux.uapi.Iommufd;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioDeviceAttachIommufdPt;
import org.pinion.linux.uapi.VfioDeviceBindIommufd;

/** Devices opened by their character devices, in an IOAS. */
final class BareIommufd implements BareDevices {

    private final Kernel kernel;
    private final List<VfioDevice> devices = new ArrayList<>();
    private final int iommufd;
    private final int ioas;

    BareIommufd(Kernel kernel) throws ErrnoException {
        this.kernel = kernel;
        this.iommufd = ErrnoException.check("open /dev/iommu", kernel.open("/dev/iommu", Fcntl.O_RDWR));
        try (Arena arena = Arena.ofConfined()) {
            IommuIoasAlloc alloc = IommuIoasAlloc.allocate(arena);
            ErrnoException.check("IOAS_ALLOC", kernel.ioctl(iommufd, Iommufd.IOAS_ALLOC, alloc.memory()));
            this.ioas = alloc.ioasId();
        }
    }

    @Override
    public DeviceAccess open(String address) throws IOException {
        String node = new KernelView(kernel).function(address).characterDevice().orElseThrow();
        VfioDevice device = VfioDevice.open(kernel, address, node, new LongAdder());
        devices.add(device);
        try (Arena arena = Arena.ofConfined()) {
            VfioDeviceBindIommufd bind = VfioDeviceBindIommufd.allocate(arena).iommufd(iommufd);
            ErrnoException.check("bind " + address, device.ioctl(Vfio.DEVICE_BIND_IOMMUFD, bind));
            VfioDeviceAttachIommufdPt attach = VfioDeviceAttachIommufdPt.allocate(arena).ptId(ioas);
            ErrnoException.check("attach " + address, device.ioctl(Vfio.DEVICE_ATTACH_IOMMUFD_PT, attach));
        }
        return new DeviceAccess(device, address);
    }

    @Override
    public void map(long iova, MemorySegment memory) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            IommuIoasMap map = IommuIoasMap.allocate(arena)
                    .flags(Iommufd.MAP_FIXED_IOVA | Iommufd.MAP_READABLE | Iommufd.MAP_WRITEABLE)
                    .ioasId(ioas)
                    .userVa(memory.address())
                    .length(memory.byteSize())
                    .iova(iova);
            ErrnoException.check("IOAS_MAP", kernel.ioctl(iommufd, Iommufd.IOAS_MAP, map.memory()));
        }
    }

    @Override
    public List<Integer> groups() {
        return List.of();
    }

    @Override
    public void close() throws ErrnoException {
        for (VfioDevice device : devices) {
            device.close();
        }
        ErrnoException.check("close /dev/iommu", kernel.close(iommufd));
    }
}

package org.pinion.lab;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.pinion.device.VfioDevice;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;
import org.pinion.linux.uapi.IommuIoasAlloc;
import org.pinion.linux.uapi.IommuIoasMap;
import org.pinion.linux.uapi.IommuIoasUnmap;
import org.pinion.linux.uapi.Iommufd;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioDeviceAttachIommufdPt;
import org.pinion.linux.uapi.VfioDeviceBindIommufd;

/** An IOAS of an iommufd. */
final class RawIoas extends RawSpace {

    private final int iommufd;
    private final int id;

    RawIoas(Kernel kernel) throws ErrnoException {
        super(kernel);
        iommufd = openFile("/dev/iommu");
        IommuIoasAlloc ioas = IommuIoasAlloc.allocate(arena());
        ErrnoException.check("IOAS_ALLOC", ioctl(iommufd, Iommufd.IOAS_ALLOC, ioas));
        id = ioas.ioasId();
    }

    int iommufd() {
        return iommufd;
    }

    int id() {
        return id;
    }

    @Override
    void attach(String address) throws IOException {
        openDevice(address);
    }

    @Override
    VfioDevice openDevice(String address) throws IOException {
        String node = new KernelView(kernel()).function(address).characterDevice().orElseThrow();
        VfioDevice device = own(VfioDevice.open(kernel(), address, node, new LongAdder()));
        ErrnoException.check("BIND_IOMMUFD of " + address, device.ioctl(
                Vfio.DEVICE_BIND_IOMMUFD, VfioDeviceBindIommufd.allocate(arena()).iommufd(iommufd)));
        ErrnoException.check("ATTACH_IOMMUFD_PT of " + address, device.ioctl(
                Vfio.DEVICE_ATTACH_IOMMUFD_PT, VfioDeviceAttachIommufdPt.allocate(arena()).ptId(id)));
        return device;
    }

    @Override
    List<Integer> groups() {
        return List.of();
    }

    @Override
    int map(long iova, long address, long bytes, boolean writable) {
        int access = Iommufd.MAP_READABLE | (writable ? Iommufd.MAP_WRITEABLE : 0);
        return map(iova, address, bytes, access | Iommufd.MAP_FIXED_IOVA);
    }

    int map(long iova, long address, long bytes, int flags) {
        return ioctl(iommufd, Iommufd.IOAS_MAP, IommuIoasMap.allocate(arena())
                .flags(flags).ioasId(id).userVa(address).length(bytes).iova(iova));
    }

    @Override
    long unmap(long iova, long bytes) {
        IommuIoasUnmap unmap = IommuIoasUnmap.allocate(arena()).ioasId(id).iova(iova).length(bytes);
        int answer = ioctl(iommufd, Iommufd.IOAS_UNMAP, unmap);
        return answer < 0 ? answer : unmap.length();
    }
}

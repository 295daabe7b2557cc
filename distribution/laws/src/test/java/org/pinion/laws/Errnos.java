package org.pinion.laws;

import java.util.List;
import java.util.Map;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.Iommufd;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioType1;

/** The errors that the kernel can give to right requests, by request: drivers/iommu/iommufd and drivers/vfio. */
final class Errnos {

    private record Request(String name, List<Errno> errnos) {}

    private static final Map<Integer, Request> REQUESTS = Map.ofEntries(
            Map.entry(Iommufd.IOAS_ALLOC, new Request("IOAS_ALLOC", List.of(Errno.ENOMEM))),
            Map.entry(Iommufd.HWPT_ALLOC, new Request("HWPT_ALLOC", List.of(Errno.ENOMEM, Errno.EINVAL))),
            Map.entry(Iommufd.DESTROY, new Request("DESTROY", List.of(Errno.EBUSY))),
            Map.entry(Iommufd.IOAS_MAP, new Request("IOAS_MAP", List.of(Errno.ENOMEM, Errno.EFAULT, Errno.EINVAL))),
            Map.entry(
                    Iommufd.IOAS_MAP_FILE,
                    new Request("IOAS_MAP_FILE", List.of(Errno.ENOMEM, Errno.EINVAL, Errno.EBADF))),
            Map.entry(Iommufd.IOAS_COPY, new Request("IOAS_COPY", List.of(Errno.ENOMEM, Errno.ENOENT))),
            Map.entry(Iommufd.IOAS_UNMAP, new Request("IOAS_UNMAP", List.of(Errno.EBUSY, Errno.EDEADLOCK))),
            Map.entry(Iommufd.IOAS_IOVA_RANGES, new Request("IOAS_IOVA_RANGES", List.of(Errno.EFAULT))),
            Map.entry(
                    Vfio.DEVICE_BIND_IOMMUFD,
                    new Request("BIND_IOMMUFD", List.of(Errno.EPERM, Errno.EBUSY, Errno.ENOMEM, Errno.ENODEV))),
            Map.entry(
                    Vfio.DEVICE_ATTACH_IOMMUFD_PT,
                    new Request("ATTACH", List.of(Errno.EADDRINUSE, Errno.ENOMEM, Errno.EINVAL, Errno.EBUSY))),
            Map.entry(Vfio.DEVICE_DETACH_IOMMUFD_PT, new Request("DETACH", List.of(Errno.ENODEV))),
            Map.entry(Vfio.GROUP_GET_STATUS, new Request("GROUP_GET_STATUS", List.of(Errno.EFAULT))),
            Map.entry(
                    Vfio.GROUP_SET_CONTAINER,
                    new Request("GROUP_SET_CONTAINER", List.of(Errno.EBUSY, Errno.EINVAL, Errno.EPERM, Errno.ENOMEM))),
            Map.entry(Vfio.GROUP_UNSET_CONTAINER, new Request("GROUP_UNSET_CONTAINER", List.of(Errno.EBUSY))),
            Map.entry(
                    Vfio.GROUP_GET_DEVICE_FD,
                    new Request("GROUP_GET_DEVICE_FD", List.of(Errno.ENODEV, Errno.EBUSY, Errno.ENOMEM, Errno.EPERM))),
            Map.entry(
                    VfioType1.SET_IOMMU,
                    new Request("SET_IOMMU", List.of(Errno.ENOMEM, Errno.EPERM, Errno.ENODEV))),
            Map.entry(VfioType1.GET_INFO, new Request("IOMMU_GET_INFO", List.of(Errno.EFAULT, Errno.ENOMEM))),
            Map.entry(
                    VfioType1.MAP_DMA,
                    new Request("MAP_DMA", List.of(Errno.ENOMEM, Errno.EFAULT, Errno.ENOSPC, Errno.EINVAL))),
            Map.entry(VfioType1.UNMAP_DMA, new Request("UNMAP_DMA", List.of(Errno.EINVAL, Errno.ENOMEM))));

    private Errnos() {}

    /** {@return how many errors a request can give} */
    static int of(int request) {
        return request(request).errnos().size();
    }

    static Errno of(int request, int choice) {
        List<Errno> errnos = request(request).errnos();
        return errnos.get(choice % errnos.size());
    }

    static String name(int request) {
        return request(request).name();
    }

    private static Request request(int request) {
        return REQUESTS.getOrDefault(request, new Request("0x" + Integer.toHexString(request), List.of(Errno.EIO)));
    }
}

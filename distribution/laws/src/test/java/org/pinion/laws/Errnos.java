package org.pinion.laws;

import java.util.List;
import java.util.Map;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.Iommufd;
import org.pinion.linux.uapi.Vfio;

/** The errors that the kernel can give to right requests, by request: drivers/iommu/iommufd and drivers/vfio. */
final class Errnos {

    /** How many choices try them all. */
    static final int MOST = 4;

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
            Map.entry(Vfio.DEVICE_DETACH_IOMMUFD_PT, new Request("DETACH", List.of(Errno.ENODEV))));

    private Errnos() {}

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

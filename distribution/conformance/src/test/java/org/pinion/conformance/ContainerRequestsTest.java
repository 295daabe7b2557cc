package org.pinion.conformance;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.IommuVfioIoas;
import org.pinion.linux.uapi.Iommufd;
import org.pinion.linux.uapi.VfioIommuType1DmaMap;
import org.pinion.linux.uapi.VfioIommuType1DmaUnmap;
import org.pinion.linux.uapi.VfioIommuType1Info;
import org.pinion.linux.uapi.VfioType1;

/** The requests of a VFIO container on an iommufd that has no address space for them. */
@DisplayName("iommufd")
class ContainerRequestsTest extends IommufdFixture {

    private static final int UNKNOWN_FLAG = 1 << 31;

    private void badSizeThenBadFlagThenNothingThere(int request, MemorySegment struct, Runnable badFlag,
            Runnable goodFlags) {
        int size = Math.toIntExact(struct.byteSize());
        struct.set(ValueLayout.JAVA_INT, 0, 1);
        Expect.fails(Errno.EINVAL, iommufd.ioctl(request, struct));
        struct.set(ValueLayout.JAVA_INT, 0, size);
        badFlag.run();
        Expect.fails(Errno.EINVAL, iommufd.ioctl(request, struct));
        goodFlags.run();
        Expect.fails(Errno.ENODEV, iommufd.ioctl(request, struct));
    }

    @Test
    @DisplayName("simple_ioctls")
    void versionAndExtensionsAreKnownWithoutAnAddressSpace() {
        Expect.equal(VfioType1.API_VERSION, iommufd.kernel.ioctl(iommufd.fd, VfioType1.GET_API_VERSION, 0L));
        Expect.equal(1, iommufd.kernel.ioctl(iommufd.fd, VfioType1.CHECK_EXTENSION, VfioType1.TYPE1_V2));
    }

    @Test
    @DisplayName("unmap_cmd")
    void unmappingNeedsAnAddressSpace() {
        VfioIommuType1DmaUnmap unmap = VfioIommuType1DmaUnmap.allocate(arena).iova(Mock.APERTURE_START).size(PAGE);
        badSizeThenBadFlagThenNothingThere(VfioType1.UNMAP_DMA, unmap.memory(), () -> unmap.flags(UNKNOWN_FLAG),
                () -> unmap.flags(0));
    }

    @Test
    @DisplayName("map_cmd")
    void mappingNeedsAnAddressSpace() {
        VfioIommuType1DmaMap map = VfioIommuType1DmaMap.allocate(arena).iova(Mock.APERTURE_START).size(PAGE)
                .vaddr(buffer);
        badSizeThenBadFlagThenNothingThere(VfioType1.MAP_DMA, map.memory(), () -> map.flags(UNKNOWN_FLAG),
                () -> map.flags(VfioType1.MAP_READ | VfioType1.MAP_WRITE));
    }

    @Test
    @DisplayName("info_cmd")
    void infoNeedsAnAddressSpace() {
        VfioIommuType1Info info = VfioIommuType1Info.allocate(arena);
        info.declareSize(1);
        Expect.fails(Errno.EINVAL, iommufd.ioctl(VfioType1.GET_INFO, info.memory()));
        info.declareSize(VfioIommuType1Info.SIZE);
        Expect.fails(Errno.ENODEV, iommufd.ioctl(VfioType1.GET_INFO, info.memory()));
    }

    @Test
    @DisplayName("set_iommu_cmd")
    void choosingAKindNeedsAnAddressSpace() {
        for (long kind : new long[] {VfioType1.TYPE1_V2, VfioType1.TYPE1}) {
            Expect.fails(Errno.ENODEV, iommufd.kernel.ioctl(iommufd.fd, VfioType1.SET_IOMMU, kind));
        }
    }

    @Test
    @DisplayName("vfio_ioas")
    void theAddressSpaceForAContainerIsChosen() {
        IommuVfioIoas request = IommuVfioIoas.allocate(arena);
        Expect.fails(Errno.ENODEV, send(request, Iommufd.VFIO_IOAS_GET));
        Expect.fails(Errno.ENOENT, send(request, Iommufd.VFIO_IOAS_SET));
        int ioas = iommufd.ioas();
        request.ioasId(ioas);
        Expect.succeeds(send(request, Iommufd.VFIO_IOAS_SET));
        request.ioasId(0);
        Expect.succeeds(send(request, Iommufd.VFIO_IOAS_GET));
        Expect.equal(ioas, request.ioasId());
        Expect.succeeds(send(request, Iommufd.VFIO_IOAS_CLEAR));
        Expect.fails(Errno.ENODEV, send(request, Iommufd.VFIO_IOAS_GET));
    }

    private int send(IommuVfioIoas request, int op) {
        return iommufd.ioctl(Iommufd.VFIO_IOAS, request.op((short) op).memory());
    }
}

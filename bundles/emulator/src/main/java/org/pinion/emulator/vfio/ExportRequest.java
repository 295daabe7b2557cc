package org.pinion.emulator.vfio;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;
import org.pinion.emulator.iommufd.DmaBuf;
import org.pinion.emulator.memory.Pages;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.emulator.syscall.UserMemory;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioDeviceFeature;
import org.pinion.linux.uapi.VfioDeviceFeatureDmaBuf;
import org.pinion.linux.uapi.VfioRegionDmaRange;

/**
 * The request for a feature of a device (drivers/vfio/vfio_main.c, {@code vfio_ioctl_device_feature}); the one feature
 * there is exports a part of a BAR as a dma-buf (drivers/vfio/pci/vfio_pci_dmabuf.c).
 */
final class ExportRequest {

    private static final int FEATURE = 0xffff;
    private static final int KNOWN = FEATURE | Vfio.FEATURE_GET | Vfio.FEATURE_SET | Vfio.FEATURE_PROBE;
    private static final int LEAST = VfioDeviceFeature.SIZE + VfioDeviceFeatureDmaBuf.SIZE;
    private static final int ROM = 6;

    /** KMALLOC_MAX_SIZE: what memdup_array_user can copy. */
    private static final long COPIED_AT_MOST = 4L << 20;

    private ExportRequest() {}

    /**
     * EINVAL for a bad size or flags, ENOTTY for another feature, ENODEV for what is no BAR, ENOMEM for more ranges
     * than the kernel copies at once, EINVAL for what is not in whole pages, not inside the BAR or no memory. What has
     * more than one range is exported, although no iommufd maps it.
     *
     * @return the buffer, or null if the caller only asks whether there is the feature
     */
    static DmaBuf of(VfioDevice device, MemorySegment argument) throws SyscallException {
        MemorySegment header = UserMemory.copyIn(argument, VfioDeviceFeature.SIZE);
        VfioDeviceFeature feature = new VfioDeviceFeature(header);
        int flags = feature.flags();
        SyscallException.require(
                Integer.compareUnsigned(feature.declaredSize(), VfioDeviceFeature.SIZE) >= 0, Errno.EINVAL);
        SyscallException.require((flags & ~KNOWN) == 0, Errno.EINVAL);
        boolean probe = (flags & Vfio.FEATURE_PROBE) != 0;
        boolean both = (flags & Vfio.FEATURE_GET) != 0 && (flags & Vfio.FEATURE_SET) != 0;
        SyscallException.require(probe || !both, Errno.EINVAL);
        SyscallException.require(
                (flags & FEATURE) == Vfio.FEATURE_DMA_BUF && device.exportsDmaBufs(), Errno.ENOTTY);
        SyscallException.require((flags & Vfio.FEATURE_SET) == 0, Errno.EINVAL);
        if (probe) {
            return null;
        }
        SyscallException.require((flags & Vfio.FEATURE_GET) != 0, Errno.EINVAL);
        SyscallException.require(Integer.compareUnsigned(feature.declaredSize(), LEAST) >= 0, Errno.EINVAL);
        return export(device, argument);
    }

    private static DmaBuf export(VfioDevice device, MemorySegment argument) throws SyscallException {
        MemorySegment copy = UserMemory.copyIn(argument, LEAST);
        VfioDeviceFeatureDmaBuf wanted =
                new VfioDeviceFeatureDmaBuf(copy.asSlice(VfioDeviceFeature.SIZE));
        SyscallException.require(wanted.nrRanges() != 0 && wanted.flags() == 0, Errno.EINVAL);
        int bar = wanted.regionIndex();
        boolean exists = Integer.compareUnsigned(bar, ROM) < 0 && device.function().size(bar) != 0;
        SyscallException.require(exists, Errno.ENODEV);
        List<DmaBuf.Part> parts = parts(argument, Integer.toUnsignedLong(wanted.nrRanges()));
        for (DmaBuf.Part part : parts) {
            check(part, device.function().size(bar));
        }
        SyscallException.require(device.function().mappable(bar), Errno.EINVAL);
        return device.export(bar, parts);
    }

    private static List<DmaBuf.Part> parts(MemorySegment argument, long count) throws SyscallException {
        SyscallException.require(count * VfioRegionDmaRange.SIZE <= COPIED_AT_MOST, Errno.ENOMEM);
        MemorySegment copy = UserMemory.copyIn(argument, LEAST + (int) count * VfioRegionDmaRange.SIZE);
        VfioDeviceFeatureDmaBuf wanted = new VfioDeviceFeatureDmaBuf(copy.asSlice(VfioDeviceFeature.SIZE));
        return IntStream.range(0, (int) count).mapToObj(wanted::range)
                .map(range -> new DmaBuf.Part(range.offset(), range.length())).toList();
    }

    private static void check(DmaBuf.Part part, long size) throws SyscallException {
        SyscallException.require(
                part.length() != 0 && ((part.offset() | part.length()) & (Pages.SIZE - 1)) == 0, Errno.EINVAL);
        boolean inside = Long.compareUnsigned(part.offset(), size) < 0
                && Long.compareUnsigned(part.length(), size - part.offset()) <= 0;
        SyscallException.require(inside, Errno.EINVAL);
    }
}

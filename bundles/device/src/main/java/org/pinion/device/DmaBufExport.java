package org.pinion.device;

import java.lang.foreign.Arena;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Fcntl;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioDeviceFeature;
import org.pinion.linux.uapi.VfioDeviceFeatureDmaBuf;
import org.pinion.linux.uapi.VfioRegionDmaRange;

/** Makes a dma-buf of a part of a BAR ({@code VFIO_DEVICE_FEATURE_DMA_BUF}, drivers/vfio/pci/vfio_pci_dmabuf.c). */
final class DmaBufExport {

    private DmaBufExport() {}

    /** {@return the buffer's descriptor, which belongs to the caller} */
    static int request(VfioDevice device, int bar, long offset, long length) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            int bytes = VfioDeviceFeatureDmaBuf.SIZE + VfioRegionDmaRange.SIZE;
            VfioDeviceFeature feature =
                    VfioDeviceFeature.allocate(arena, bytes).flags(Vfio.FEATURE_GET | Vfio.FEATURE_DMA_BUF);
            VfioDeviceFeatureDmaBuf buffer = new VfioDeviceFeatureDmaBuf(feature.data());
            buffer.regionIndex(bar).openFlags(Fcntl.O_RDWR | Fcntl.O_CLOEXEC).nrRanges(1);
            buffer.range(0).offset(offset).length(length);
            int answer = device.ioctl(Vfio.DEVICE_FEATURE, feature);
            device.check("export 0x%x bytes at 0x%x of BAR %d".formatted(length, offset, bar), answer);
            return answer;
        }
    }
}

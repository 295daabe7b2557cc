package org.pinion.emulator.iommufd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.emulator.syscall.UserMemory;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.IommuHwInfo;
import org.pinion.linux.uapi.Iommufd;

/**
 * The request that asks what a device's IOMMU is (drivers/iommu/iommufd/device.c). It is none that has registers of its
 * own to tell of, as a virtio IOMMU.
 */
final class HwInfoCommand {

    /** The request grew after its first release: {@code out_capabilities} came then. */
    static final int MINIMUM = 32;

    private static final int RESERVED_AT = 28;

    private final ObjectTable objects;

    HwInfoCommand(IommufdContext context) {
        this.objects = context.objects();
    }

    int run(MemorySegment struct) throws SyscallException {
        IommuHwInfo info = new IommuHwInfo(struct);
        boolean plain = info.flags() == 0 && struct.get(ValueLayout.JAVA_INT, RESERVED_AT) == 0;
        SyscallException.require(plain, Errno.EOPNOTSUPP);
        if (!(objects.get(info.devId()) instanceof PhysicalDevice device)) {
            throw new SyscallException(Errno.ENOENT);
        }
        if (info.dataLen() != 0) {
            UserMemory.at(info.dataUptr(), Integer.toUnsignedLong(info.dataLen())).fill((byte) 0);
        }
        info.dataLen(0).dataType(Iommufd.HW_INFO_NONE);
        info.capabilities(device.host().iommu().dirtyTracking() ? Iommufd.HW_CAP_DIRTY_TRACKING : 0);
        return 0;
    }
}

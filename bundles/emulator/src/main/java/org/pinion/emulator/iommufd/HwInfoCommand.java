package org.pinion.emulator.iommufd;

import java.lang.foreign.MemorySegment;
import org.pinion.emulator.host.KernelRelease;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.emulator.syscall.UserMemory;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.IommuHwInfo;

/** The request that asks what the IOMMU in front of a device is (iommufd_get_hw_info in device.c). */
final class HwInfoCommand {

    /** The caller says in {@code out_data_type} what it asks for. */
    private static final int TYPE_NAMED = 1;
    private static final int RESERVED_AT = 29;
    private static final int RESERVED = 3;

    private final ObjectTable objects;
    private final int knownFlags;

    HwInfoCommand(IommufdContext context, KernelRelease release) {
        this.objects = context.objects();
        this.knownFlags = release.namesHwInfo() ? TYPE_NAMED : 0;
    }

    /** As much is told as there is room for; the rest of the room is zeroed. */
    int run(MemorySegment struct) throws SyscallException {
        IommuHwInfo request = new IommuHwInfo(struct);
        SyscallException.require((request.flags() & ~knownFlags) == 0, Errno.EOPNOTSUPP);
        boolean zeroed = struct.asSlice(RESERVED_AT, RESERVED).mismatch(MemorySegment.ofArray(new byte[RESERVED])) < 0;
        SyscallException.require(zeroed, Errno.EOPNOTSUPP);
        DeviceIommu iommu = objects.device(request.devId()).iommu();
        DeviceIommu.HwInfo info = iommu.info(request.flags() == 0 ? 0 : request.dataType());
        copyOut(info.data(), request);
        request.dataType(info.type()).dataLen(info.data().length);
        request.capabilities(iommu.capabilities());
        request.maxPasidLog2((byte) iommu.pasidBits());
        return 0;
    }

    private static void copyOut(byte[] data, IommuHwInfo request) throws SyscallException {
        long room = Integer.toUnsignedLong(request.dataLen());
        if (room > 0) {
            MemorySegment user = UserMemory.at(request.dataUptr(), room);
            int told = (int) Math.min(room, data.length);
            MemorySegment.copy(MemorySegment.ofArray(data), 0, user, 0, told);
            user.asSlice(told).fill((byte) 0);
        }
    }
}

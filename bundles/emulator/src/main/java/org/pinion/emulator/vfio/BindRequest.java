package org.pinion.emulator.vfio;

import java.lang.foreign.MemorySegment;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.emulator.syscall.UserMemory;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.VfioDeviceBindIommufd;
import org.pinion.linux.uapi.VfioDeviceInfo;

/** How requests to devices are read. */
final class BindRequest {

    /** Through {@code out_devid}. */
    static final int MINIMUM = 16;

    private static final int TOKEN = 1;

    private BindRequest() {}

    /**
     * EINVAL for a structure that is too short, unknown flags, or a number that is no descriptor; E2BIG for what a
     * kernel that has tokens does not know behind them.
     */
    static VfioDeviceBindIommufd read(MemorySegment argument, boolean tokens) throws SyscallException {
        int declared = new VfioDeviceInfo(UserMemory.copyIn(argument, MINIMUM)).declaredSize();
        if (tokens && Integer.compareUnsigned(declared, VfioDeviceBindIommufd.SIZE) > 0) {
            UserMemory.copyStruct(argument, declared, VfioDeviceBindIommufd.SIZE);
        }
        VfioDeviceBindIommufd bind =
                new VfioDeviceBindIommufd(copyIn(argument, MINIMUM, VfioDeviceBindIommufd.SIZE));
        SyscallException.require((bind.flags() & ~(tokens ? TOKEN : 0)) == 0 && bind.iommufd() >= 0, Errno.EINVAL);
        return bind;
    }

    /** Copies a structure that the kernel knows from a minimum on: EINVAL if less is declared. */
    static MemorySegment copyIn(MemorySegment argument, int minimum, int size) throws SyscallException {
        int declared = new VfioDeviceInfo(UserMemory.copyIn(argument, minimum)).declaredSize();
        SyscallException.require(Integer.compareUnsigned(declared, minimum) >= 0, Errno.EINVAL);
        MemorySegment copy = UserMemory.kernelCopy(size);
        long bytes = Math.min(Math.min(size, Integer.toUnsignedLong(declared)), argument.byteSize());
        MemorySegment.copy(argument, 0, copy, 0, bytes);
        return copy;
    }
}

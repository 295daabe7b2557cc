package org.pinion.emulator.vfio;

import java.lang.foreign.MemorySegment;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.Vfio;

/** A device that was opened through its group: it is ready for use, and is not bound by hand. */
final class GroupAccess implements DeviceAccess {

    private final VfioGroup group;
    private final VfioDevice device;

    GroupAccess(VfioGroup group, VfioDevice device) {
        this.group = group;
        this.device = device;
    }

    VfioDevice device() {
        return device;
    }

    @Override
    public boolean granted() {
        return true;
    }

    @Override
    public boolean takes(int request) {
        return request == Vfio.DEVICE_BIND_IOMMUFD;
    }

    @Override
    public int ioctl(int request, MemorySegment argument) throws SyscallException {
        BindRequest.read(argument, device.takesTokens());
        throw new SyscallException(Errno.EINVAL);
    }

    @Override
    public void release() {
        group.closeDevice(device);
    }
}

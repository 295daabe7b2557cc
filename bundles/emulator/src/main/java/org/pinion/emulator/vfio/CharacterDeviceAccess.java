package org.pinion.emulator.vfio;

import java.lang.foreign.MemorySegment;
import org.pinion.emulator.file.FileTable;
import org.pinion.emulator.iommufd.DeviceBinding;
import org.pinion.emulator.iommufd.IommufdFile;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.emulator.syscall.UserMemory;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioDeviceAttachIommufdPt;
import org.pinion.linux.uapi.VfioDeviceBindIommufd;
import org.pinion.linux.uapi.VfioDeviceDetachIommufdPt;

/**
 * A device that was opened through {@code /dev/vfio/devices}: until it is bound to an iommufd it answers nothing but
 * BIND (drivers/vfio/device_cdev.c).
 */
final class CharacterDeviceAccess implements DeviceAccess {

    private static final int PASID = 1;
    private static final int ATTACH_MINIMUM = 12;
    private static final int DETACH_MINIMUM = 8;

    private final VfioDevice device;
    private final FileTable files;
    private DeviceBinding binding;

    CharacterDeviceAccess(VfioDevice device, FileTable files) {
        this.device = device;
        this.files = files;
    }

    @Override
    public boolean granted() {
        return binding != null;
    }

    @Override
    public boolean takes(int request) {
        return request == Vfio.DEVICE_BIND_IOMMUFD || request == Vfio.DEVICE_ATTACH_IOMMUFD_PT
                || request == Vfio.DEVICE_DETACH_IOMMUFD_PT;
    }

    @Override
    public int ioctl(int request, MemorySegment argument) throws SyscallException {
        synchronized (device.group()) {
            synchronized (device) {
                if (request == Vfio.DEVICE_BIND_IOMMUFD) {
                    bind(argument);
                    return 0;
                }
                SyscallException.require(binding != null, Errno.EINVAL);
                if (request == Vfio.DEVICE_ATTACH_IOMMUFD_PT) {
                    attach(argument);
                } else {
                    detach(argument);
                }
                return 0;
            }
        }
    }

    private void bind(MemorySegment argument) throws SyscallException {
        VfioDeviceBindIommufd bind = BindRequest.read(argument, device.takesTokens());
        device.group().bindCharacterDevice();
        try {
            SyscallException.require(binding == null, Errno.EINVAL);
            // Only virtual functions have a token.
            SyscallException.require(bind.flags() == 0, Errno.EINVAL);
            if (!(files.get(bind.iommufd()) instanceof IommufdFile iommufd)) {
                throw new SyscallException(Errno.EBADFD);
            }
            binding = device.bind(iommufd.context());
        } catch (SyscallException e) {
            device.group().unbindCharacterDevice();
            throw e;
        }
        bind.devid(binding.id());
        UserMemory.copyOut(bind.memory(), argument, BindRequest.MINIMUM);
    }

    private void attach(MemorySegment argument) throws SyscallException {
        MemorySegment copy = BindRequest.copyIn(argument, ATTACH_MINIMUM, VfioDeviceAttachIommufdPt.SIZE);
        VfioDeviceAttachIommufdPt attach = new VfioDeviceAttachIommufdPt(copy);
        checkNoPasid(attach.flags());
        attach.ptId(binding.attach(attach.ptId()));
        UserMemory.copyOut(copy, argument, ATTACH_MINIMUM);
    }

    private void detach(MemorySegment argument) throws SyscallException {
        MemorySegment copy = BindRequest.copyIn(argument, DETACH_MINIMUM, VfioDeviceDetachIommufdPt.SIZE);
        checkNoPasid(new VfioDeviceDetachIommufdPt(copy).flags());
        binding.detach();
    }

    private static void checkNoPasid(int flags) throws SyscallException {
        SyscallException.require((flags & ~PASID) == 0, Errno.EINVAL);
        SyscallException.require(flags == 0, Errno.EOPNOTSUPP);
    }

    @Override
    public void release() {
        synchronized (device.group()) {
            synchronized (device) {
                if (binding != null) {
                    binding = null;
                    device.close();
                    device.group().unbindCharacterDevice();
                }
            }
        }
    }
}

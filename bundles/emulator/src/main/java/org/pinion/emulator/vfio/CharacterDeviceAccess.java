package org.pinion.emulator.vfio;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
    private static final int TOKEN_POINTER = 16;
    private static final int TOKEN_BYTES = 16;
    private static final int ATTACH_MINIMUM = 12;
    private static final int DETACH_MINIMUM = 8;

    private final VfioDevice device;
    private final FileTable files;
    private Attachment attachment;

    CharacterDeviceAccess(VfioDevice device, FileTable files) {
        this.device = device;
        this.files = files;
    }

    @Override
    public boolean granted() {
        return attachment != null;
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
                SyscallException.require(attachment != null, Errno.EINVAL);
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
            SyscallException.require(attachment == null, Errno.EINVAL);
            requireNoToken(bind);
            if (!(files.get(bind.iommufd()) instanceof IommufdFile iommufd)) {
                throw new SyscallException(Errno.EBADFD);
            }
            DeviceBinding binding = device.bind(iommufd.context());
            attachment = new Attachment(binding);
            bind.devid(binding.id());
        } catch (SyscallException e) {
            device.group().unbindCharacterDevice();
            throw e;
        }
        UserMemory.copyOut(bind.memory(), argument, BindRequest.MINIMUM);
    }

    /**
     * Only virtual functions have a token: EINVAL with one, EFAULT if it cannot be read, but an mdev's is not looked at
     * (vfio_df_check_token).
     */
    private void requireNoToken(VfioDeviceBindIommufd bind) throws SyscallException {
        if (bind.flags() != 0) {
            if (device.host().model().pci()) {
                UserMemory.at(bind.memory().get(ValueLayout.JAVA_LONG, TOKEN_POINTER), TOKEN_BYTES);
            }
            throw new SyscallException(Errno.EINVAL);
        }
    }

    private void attach(MemorySegment argument) throws SyscallException {
        MemorySegment copy = BindRequest.copyIn(argument, ATTACH_MINIMUM, VfioDeviceAttachIommufdPt.SIZE);
        VfioDeviceAttachIommufdPt attach = new VfioDeviceAttachIommufdPt(copy);
        boolean named = namesPasid(attach.flags(), argument, VfioDeviceAttachIommufdPt.SIZE);
        attach.ptId(named
                ? attachment.attachPasid(pasid(copy), attach.ptId())
                : attachment.attach(attach.ptId()));
        UserMemory.copyOut(copy, argument, ATTACH_MINIMUM);
    }

    private void detach(MemorySegment argument) throws SyscallException {
        MemorySegment copy = BindRequest.copyIn(argument, DETACH_MINIMUM, VfioDeviceDetachIommufdPt.SIZE);
        VfioDeviceDetachIommufdPt detach = new VfioDeviceDetachIommufdPt(copy);
        if (namesPasid(detach.flags(), argument, VfioDeviceDetachIommufdPt.SIZE)) {
            attachment.detachPasid(pasid(copy));
        } else {
            attachment.detach();
        }
    }

    /** EINVAL for unknown flags, EOPNOTSUPP for an mdev's PASID, EINVAL for a structure that has no place for it. */
    private boolean namesPasid(int flags, MemorySegment argument, int size) throws SyscallException {
        int known = device.attachesPasids() ? PASID : 0;
        SyscallException.require((flags & ~known) == 0, Errno.EINVAL);
        if (flags != 0) {
            attachment.pasids();
            BindRequest.copyIn(argument, size, size);
        }
        return flags != 0;
    }

    /** The last field of either structure. */
    private static int pasid(MemorySegment struct) {
        return struct.get(ValueLayout.JAVA_INT, struct.byteSize() - Integer.BYTES);
    }

    @Override
    public void release() {
        synchronized (device.group()) {
            synchronized (device) {
                if (attachment != null) {
                    attachment = null;
                    device.close();
                    device.group().unbindCharacterDevice();
                }
            }
        }
    }
}

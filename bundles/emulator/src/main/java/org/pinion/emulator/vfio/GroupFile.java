package org.pinion.emulator.vfio;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.pinion.emulator.file.FileTable;
import org.pinion.emulator.file.OpenFile;
import org.pinion.emulator.memory.Pages;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.emulator.syscall.UserMemory;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioGroupStatus;

/** An open {@code /dev/vfio/N}. */
public final class GroupFile implements OpenFile {

    private final VfioGroup group;
    private final FileTable files;

    /**
     * @param group what was opened
     * @param files what file descriptors mean
     */
    public GroupFile(VfioGroup group, FileTable files) {
        this.group = group;
        this.files = files;
    }

    @Override
    public int ioctl(int request, MemorySegment argument) throws SyscallException {
        switch (request) {
            case Vfio.GROUP_GET_STATUS -> status(argument);
            case Vfio.GROUP_SET_CONTAINER -> {
                int fd = UserMemory.copyIn(argument, Integer.BYTES).get(ValueLayout.JAVA_INT, 0);
                group.setContainer(files.get(fd));
            }
            case Vfio.GROUP_GET_DEVICE_FD -> {
                return openDevice(name(argument));
            }
            default -> {
                return ioctl(request, argument.address());
            }
        }
        return 0;
    }

    @Override
    public int ioctl(int request, long argument) throws SyscallException {
        switch (request) {
            case Vfio.GROUP_UNSET_CONTAINER -> group.unsetContainer();
            case Vfio.GROUP_GET_STATUS, Vfio.GROUP_SET_CONTAINER, Vfio.GROUP_GET_DEVICE_FD ->
                throw new SyscallException(Errno.EFAULT);
            default -> throw new SyscallException(Errno.ENOTTY);
        }
        return 0;
    }

    private void status(MemorySegment argument) throws SyscallException {
        VfioGroupStatus status = new VfioGroupStatus(UserMemory.copyIn(argument, VfioGroupStatus.SIZE));
        boolean whole = Integer.compareUnsigned(status.declaredSize(), VfioGroupStatus.SIZE) >= 0;
        SyscallException.require(whole, Errno.EINVAL);
        status.flags((group.viable() ? Vfio.GROUP_VIABLE : 0) | (group.inContainer() ? Vfio.GROUP_CONTAINER_SET : 0));
        UserMemory.copyOut(status.memory(), argument, VfioGroupStatus.SIZE);
    }

    /** EFAULT if the name's end is not in the caller's memory, EINVAL if it is longer than a page. */
    private static String name(MemorySegment argument) throws SyscallException {
        long most = Math.min(argument.byteSize(), Pages.SIZE);
        for (long length = 0; length < most; length++) {
            if (argument.get(ValueLayout.JAVA_BYTE, length) == 0) {
                return new String(argument.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
            }
        }
        throw new SyscallException(most == Pages.SIZE ? Errno.EINVAL : Errno.EFAULT);
    }

    private int openDevice(String name) throws SyscallException {
        GroupAccess access = group.openDevice(name);
        OpenFile file = new VfioDeviceFile(access.device(), access, files);
        try {
            return files.add(file);
        } catch (SyscallException full) {
            file.release();
            throw full;
        }
    }

    @Override
    public void release() {
        group.close();
    }
}

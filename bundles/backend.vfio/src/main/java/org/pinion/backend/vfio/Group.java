package org.pinion.backend.vfio;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.LongAdder;
import org.pinion.device.VfioDevice;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Fcntl;
import org.pinion.linux.Kernel;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioGroupStatus;

/**
 * An open group, {@code /dev/vfio/N} (drivers/vfio/group.c), and the one place that issues its ioctls. Nobody else can
 * have it open meanwhile. Closing it takes it out of its container, once none of its devices is open.
 */
final class Group implements AutoCloseable {

    private final Kernel kernel;
    private final String path;
    private final int fd;
    private final LongAdder ioctls;

    private Group(Kernel kernel, String path, int fd, LongAdder ioctls) {
        this.kernel = kernel;
        this.path = path;
        this.fd = fd;
        this.ioctls = ioctls;
    }

    /**
     * @param group a group's number
     * @return the file that opens it
     */
    static String path(int group) {
        return "/dev/vfio/" + group;
    }

    static Group open(Kernel kernel, int group, LongAdder ioctls) throws ErrnoException {
        String path = path(group);
        int answer = kernel.open(path, Fcntl.O_RDWR | Fcntl.O_CLOEXEC);
        return new Group(kernel, path, ErrnoException.check("open " + path, answer), ioctls);
    }

    /** Goes on with a group that another object had open; its descriptor belongs to the new one from now on. */
    static Group adopt(Kernel kernel, int group, int fd, LongAdder ioctls) {
        return new Group(kernel, path(group), fd, ioctls);
    }

    int fd() {
        return fd;
    }

    /** {@return whether no driver but VFIO's has one of its devices} */
    boolean viable() throws ErrnoException {
        try (Arena once = Arena.ofConfined()) {
            VfioGroupStatus status = VfioGroupStatus.allocate(once);
            ioctls.increment();
            int answer = kernel.ioctl(fd, Vfio.GROUP_GET_STATUS, status.memory());
            ErrnoException.check("VFIO_GROUP_GET_STATUS of " + path, answer);
            return (status.flags() & Vfio.GROUP_VIABLE) != 0;
        }
    }

    void join(Container container) throws ErrnoException {
        try (Arena once = Arena.ofConfined()) {
            ioctls.increment();
            int answer = kernel.ioctl(
                    fd, Vfio.GROUP_SET_CONTAINER, once.allocateFrom(ValueLayout.JAVA_INT, container.fd()));
            ErrnoException.check("VFIO_GROUP_SET_CONTAINER of " + path, answer);
        }
    }

    void leave() throws ErrnoException {
        ioctls.increment();
        ErrnoException.check(
                "VFIO_GROUP_UNSET_CONTAINER of " + path, kernel.ioctl(fd, Vfio.GROUP_UNSET_CONTAINER, 0L));
    }

    /**
     * Opens a device of the group, which must be in a container with an IOMMU.
     *
     * @param address the device's address, which is also its name to the kernel
     * @return the device
     * @throws ErrnoException if the kernel does not open it
     */
    VfioDevice openDevice(String address) throws ErrnoException {
        try (Arena once = Arena.ofConfined()) {
            ioctls.increment();
            int answer = kernel.ioctl(fd, Vfio.GROUP_GET_DEVICE_FD, once.allocateFrom(address));
            int device = ErrnoException.check("VFIO_GROUP_GET_DEVICE_FD of " + address, answer);
            return VfioDevice.of(kernel, address, device, ioctls);
        }
    }

    /**
     * Closes the group.
     *
     * @throws ErrnoException if the kernel complains; the descriptor is gone all the same
     */
    @Override
    public void close() throws ErrnoException {
        ErrnoException.check("close " + path, kernel.close(fd));
    }
}

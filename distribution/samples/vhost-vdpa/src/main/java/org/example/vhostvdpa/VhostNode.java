package org.example.vhostvdpa;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.LongAdder;
import org.pinion.api.AddressRange;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Fcntl;
import org.pinion.linux.Kernel;

/**
 * An open {@code /dev/vhost-vdpa-N}, and the one place that issues its system calls. Nobody else can have it open
 * meanwhile; opening and closing it resets the device, and closing it takes its mappings down. The calls may come from
 * any thread: the kernel takes one at a time.
 */
final class VhostNode implements AutoCloseable {

    private final Kernel kernel;
    private final String path;
    private final int fd;
    private final LongAdder calls;

    private VhostNode(Kernel kernel, String path, int fd, LongAdder calls) {
        this.kernel = kernel;
        this.path = path;
        this.fd = fd;
        this.calls = calls;
    }

    static VhostNode open(Kernel kernel, String path, LongAdder calls) throws ErrnoException {
        calls.increment();
        int fd = ErrnoException.check("open " + path, kernel.open(path, Fcntl.O_RDWR | Fcntl.O_CLOEXEC));
        return new VhostNode(kernel, path, fd, calls);
    }

    /** Goes on with a node that another session had opened. */
    static VhostNode adopt(Kernel kernel, String path, int fd, LongAdder calls) {
        return new VhostNode(kernel, path, fd, calls);
    }

    String path() {
        return path;
    }

    int fd() {
        return fd;
    }

    /** Makes this process the owner, whose addresses the messages are about and who is charged for what is pinned. */
    void own() throws ErrnoException {
        calls.increment();
        ErrnoException.check("VHOST_SET_OWNER of " + path, kernel.ioctl(fd, Vhost.SET_OWNER, 0L));
    }

    long backendFeatures() throws ErrnoException {
        return getLong("VHOST_GET_BACKEND_FEATURES", Vhost.GET_BACKEND_FEATURES);
    }

    void backendFeatures(long features) throws ErrnoException {
        setLong("VHOST_SET_BACKEND_FEATURES", Vhost.SET_BACKEND_FEATURES, features);
    }

    long features() throws ErrnoException {
        return getLong("VHOST_GET_FEATURES", Vhost.GET_FEATURES);
    }

    void features(long features) throws ErrnoException {
        setLong("VHOST_SET_FEATURES", Vhost.SET_FEATURES, features);
    }

    /** {@return the IO virtual addresses that the device can use} */
    AddressRange iovaRange() throws ErrnoException {
        try (Arena once = Arena.ofConfined()) {
            MemorySegment range = once.allocate(2 * Long.BYTES, Long.BYTES);
            call("VHOST_VDPA_GET_IOVA_RANGE", Vhost.VDPA_GET_IOVA_RANGE, range);
            return new AddressRange(
                    range.get(ValueLayout.JAVA_LONG, 0), range.get(ValueLayout.JAVA_LONG, Long.BYTES));
        }
    }

    /** {@return which kind of virtio device it is, a number of virtio_ids.h} */
    int deviceId() throws ErrnoException {
        return getInt("VHOST_VDPA_GET_DEVICE_ID", Vhost.VDPA_GET_DEVICE_ID);
    }

    /** {@return bytes of the configuration space} */
    int configSize() throws ErrnoException {
        return getInt("VHOST_VDPA_GET_CONFIG_SIZE", Vhost.VDPA_GET_CONFIG_SIZE);
    }

    byte status() throws ErrnoException {
        try (Arena once = Arena.ofConfined()) {
            MemorySegment status = once.allocate(ValueLayout.JAVA_BYTE);
            call("VHOST_VDPA_GET_STATUS", Vhost.VDPA_GET_STATUS, status);
            return status.get(ValueLayout.JAVA_BYTE, 0);
        }
    }

    /** Sets the status; 0 resets the device. */
    void status(int status) throws ErrnoException {
        try (Arena once = Arena.ofConfined()) {
            call("VHOST_VDPA_SET_STATUS", Vhost.VDPA_SET_STATUS,
                    once.allocateFrom(ValueLayout.JAVA_BYTE, (byte) status));
        }
    }

    /** A request about a virtqueue that takes {@code struct vhost_vring_state} or {@code vhost_vring_file}. */
    void vring(String name, int request, int index, int value) throws ErrnoException {
        try (Arena once = Arena.ofConfined()) {
            call(name, request, once.allocateFrom(ValueLayout.JAVA_INT, index, value));
        }
    }

    /** Says where a virtqueue lies, by IO virtual addresses: {@code struct vhost_vring_addr}. */
    void vringAddress(int index, long descriptors, long used, long available) throws ErrnoException {
        try (Arena once = Arena.ofConfined()) {
            call("VHOST_SET_VRING_ADDR", Vhost.SET_VRING_ADDR,
                    once.allocateFrom(ValueLayout.JAVA_LONG, index, descriptors, used, available, 0));
        }
    }

    /** Reads or writes the device's configuration space: {@code struct vhost_vdpa_config}. */
    void config(boolean write, long offset, MemorySegment bytes) throws ErrnoException {
        try (Arena once = Arena.ofConfined()) {
            long header = 2 * Integer.BYTES;
            MemorySegment struct = once.allocate(header + bytes.byteSize(), Integer.BYTES);
            struct.set(ValueLayout.JAVA_INT, 0, (int) offset);
            struct.set(ValueLayout.JAVA_INT, Integer.BYTES, (int) bytes.byteSize());
            MemorySegment content = struct.asSlice(header);
            content.copyFrom(bytes);
            call(write ? "VHOST_VDPA_SET_CONFIG" : "VHOST_VDPA_GET_CONFIG",
                    write ? Vhost.VDPA_SET_CONFIG : Vhost.VDPA_GET_CONFIG, struct);
            if (!write) {
                bytes.copyFrom(content);
            }
        }
    }

    /** Sends a message; whatever keeps the kernel from doing it, the answer is {@code EFAULT}. */
    void send(IotlbMessage message) throws ErrnoException {
        try (Arena once = Arena.ofConfined()) {
            calls.increment();
            long answer = kernel.write(fd, message.in(once));
            ErrnoException.check(message + " to " + path, (int) answer);
        }
    }

    private int getInt(String name, int request) throws ErrnoException {
        try (Arena once = Arena.ofConfined()) {
            MemorySegment value = once.allocate(ValueLayout.JAVA_INT);
            call(name, request, value);
            return value.get(ValueLayout.JAVA_INT, 0);
        }
    }

    private long getLong(String name, int request) throws ErrnoException {
        try (Arena once = Arena.ofConfined()) {
            MemorySegment value = once.allocate(ValueLayout.JAVA_LONG);
            call(name, request, value);
            return value.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    private void setLong(String name, int request, long value) throws ErrnoException {
        try (Arena once = Arena.ofConfined()) {
            call(name, request, once.allocateFrom(ValueLayout.JAVA_LONG, value));
        }
    }

    private void call(String name, int request, MemorySegment argument) throws ErrnoException {
        calls.increment();
        ErrnoException.check(name + " of " + path, kernel.ioctl(fd, request, argument));
    }

    @Override
    public void close() throws ErrnoException {
        ErrnoException.check("close " + path, kernel.close(fd));
    }
}

package org.pinion.lab;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.pinion.api.HostDevice;
import org.pinion.device.VfioDevice;
import org.pinion.device.cause.DeviceAccess;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Fcntl;
import org.pinion.linux.Kernel;
import org.pinion.linux.uapi.Struct;

/**
 * An address space made by requests to the kernel, without Pinion: it answers to what Pinion never asks, and devices
 * are open in it for tests of a device alone.
 */
abstract sealed class RawSpace implements AutoCloseable permits RawIoas, RawContainer {

    private final Kernel kernel;
    private final Arena arena = Arena.ofConfined();
    private final List<Integer> files = new ArrayList<>();
    private final List<VfioDevice> devices = new ArrayList<>();

    RawSpace(Kernel kernel) {
        this.kernel = kernel;
    }

    /** A space of a backend's kind. */
    static RawSpace of(Kernel kernel, String backend) throws ErrnoException {
        return backend.equals("vfio") ? new RawContainer(kernel) : new RawIoas(kernel);
    }

    /** Lets a device in, which need not be open for that. */
    abstract void attach(String address) throws IOException;

    /** Lets a device in, and opens it. */
    final DeviceAccess open(String address) throws IOException {
        return new DeviceAccess(new HostDevice(address, "", -1, "", false), openDevice(address));
    }

    abstract VfioDevice openDevice(String address) throws IOException;

    /** The descriptors of the groups through which devices were let in; none if there are none. */
    abstract List<Integer> groups();

    /** The answer to mapping memory for reading, and for writing if it is wanted: 0, or a negated errno. */
    abstract int map(long iova, long address, long bytes, boolean writable);

    /** Maps memory for reading and writing. */
    final void map(long iova, MemorySegment memory) throws ErrnoException {
        ErrnoException.check("map", map(iova, memory.address(), memory.byteSize(), true));
    }

    /** The answer to unmapping: how many bytes were, or a negated errno. */
    abstract long unmap(long iova, long bytes);

    final Kernel kernel() {
        return kernel;
    }

    final Arena arena() {
        return arena;
    }

    final int openFile(String path) throws ErrnoException {
        int file = ErrnoException.check("open " + path, kernel.open(path, Fcntl.O_RDWR | Fcntl.O_CLOEXEC));
        files.add(file);
        return file;
    }

    final VfioDevice own(VfioDevice device) {
        devices.add(device);
        return device;
    }

    final int ioctl(int file, int request, Struct argument) {
        return ioctl(file, request, argument.memory());
    }

    final int ioctl(int file, int request, MemorySegment argument) {
        return kernel.ioctl(file, request, argument);
    }

    /** The name of an answer: a number, or an errno's. */
    static String name(long answer) {
        return answer < 0 ? Errno.of((int) -answer).toString() : Long.toUnsignedString(answer);
    }

    @Override
    public void close() throws ErrnoException {
        for (VfioDevice device : devices) {
            device.close();
        }
        for (int file : files.reversed()) {
            ErrnoException.check("close", kernel.close(file));
        }
        arena.close();
    }
}

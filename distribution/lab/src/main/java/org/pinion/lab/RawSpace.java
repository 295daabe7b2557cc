package org.pinion.lab;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Fcntl;
import org.pinion.linux.Kernel;
import org.pinion.linux.uapi.Struct;

/** An address space made by requests to the kernel, without Pinion: it answers to what Pinion never asks. */
abstract sealed class RawSpace implements AutoCloseable permits RawIoas, RawContainer {

    private final Kernel kernel;
    private final Arena arena = Arena.ofConfined();
    private final List<Integer> files = new ArrayList<>();

    RawSpace(Kernel kernel) {
        this.kernel = kernel;
    }

    /** A space of a backend's kind with a device attached. */
    static RawSpace of(Kernel kernel, String backend, String device) throws IOException, ErrnoException {
        KernelView view = new KernelView(kernel);
        RawSpace space = backend.equals("vfio") ? new RawContainer(kernel) : new RawIoas(kernel);
        space.attach(view.nodes(device, backend).getLast().toString());
        return space;
    }

    /** Attaches the device whose own node, or whose group's, has this path. */
    abstract void attach(String node) throws ErrnoException;

    /** The answer to mapping memory for reading, and for writing if it is wanted: 0, or a negated errno. */
    abstract int map(long iova, long address, long bytes, boolean writable);

    /** The answer to unmapping: how many bytes were, or a negated errno. */
    abstract long unmap(long iova, long bytes);

    final Kernel kernel() {
        return kernel;
    }

    final Arena arena() {
        return arena;
    }

    final int open(String path) throws ErrnoException {
        int file = ErrnoException.check("open " + path, kernel.open(path, Fcntl.O_RDWR | Fcntl.O_CLOEXEC));
        files.add(file);
        return file;
    }

    final int ioctl(int file, int request, Struct argument) {
        return kernel.ioctl(file, request, argument.memory());
    }

    final int ioctl(int file, int request, MemorySegment argument) {
        return kernel.ioctl(file, request, argument);
    }

    /** The name of an answer: a number, or an errno's. */
    static String name(long answer) {
        return answer < 0 ? Errno.of((int) -answer).toString() : Long.toUnsignedString(answer);
    }

    @Override
    public void close() {
        files.reversed().forEach(kernel::close);
        arena.close();
    }
}

package org.example.vhostvdpa;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Fcntl;
import org.pinion.linux.Kernel;

/** An eventfd by which a device is told that there is something to do. */
final class Doorbell implements AutoCloseable {

    private final Kernel kernel;
    private final int fd;

    Doorbell(Kernel kernel) throws ErrnoException {
        this.kernel = kernel;
        this.fd = ErrnoException.check("eventfd", kernel.eventfd(0, Fcntl.O_CLOEXEC));
    }

    int fd() {
        return fd;
    }

    void ring() throws ErrnoException {
        try (Arena once = Arena.ofConfined()) {
            MemorySegment one = once.allocateFrom(ValueLayout.JAVA_LONG, 1);
            ErrnoException.check("write to an eventfd", (int) kernel.write(fd, one));
        }
    }

    @Override
    public void close() throws ErrnoException {
        ErrnoException.check("close an eventfd", kernel.close(fd));
    }
}

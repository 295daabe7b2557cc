package org.pinion.memory.memfd;

import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import org.pinion.api.Backing;
import org.pinion.api.HostMemory;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;

/** A memfd and its mapping, until it is closed. */
final class Memfd implements HostMemory {

    private final Kernel kernel;
    private final int fd;
    private final MemorySegment memory;
    private final Backing backing;
    private boolean closed;

    Memfd(Kernel kernel, int fd, MemorySegment memory) {
        this.kernel = kernel;
        this.fd = fd;
        this.memory = memory;
        this.backing = new Backing.MemoryFile(fd, 0, memory.address());
    }

    @Override
    public MemorySegment segment() {
        return memory;
    }

    @Override
    public Backing backing() {
        return backing;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if a system call on another thread is using the memory; it stays open
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        int unmapped = kernel.munmap(memory);
        closed = true;
        int released = kernel.close(fd);
        try {
            ErrnoException.check("munmap of host memory at 0x" + Long.toHexString(memory.address()), unmapped);
            ErrnoException.check("close of host memory's file descriptor " + fd, released);
        } catch (ErrnoException refused) {
            throw new UncheckedIOException(refused);
        }
    }
}

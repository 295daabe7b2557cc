package org.pinion.spi.holder;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.pinion.api.Backing;
import org.pinion.api.HostMemory;
import org.pinion.spi.backend.HandOver.KernelLink;

/**
 * A memory file of a process that has ended, mapped into this one. Holds plain values alone, so that it may pass from
 * one core to the next.
 */
public final class LastingMemory implements HostMemory {

    private final Backing.MemoryFile file;
    private final MemorySegment segment;
    private final KernelLink kernel;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * @param fd the file's descriptor in this process
     * @param segment where the whole of it is mapped
     * @param kernel takes both back
     */
    public LastingMemory(int fd, MemorySegment segment, KernelLink kernel) {
        this.file = new Backing.MemoryFile(fd, 0, segment.address());
        this.segment = segment;
        this.kernel = Objects.requireNonNull(kernel, "kernel");
    }

    /**
     * @param backing what a section shows
     * @return whether it lies in this file
     */
    public boolean has(Backing backing) {
        return backing instanceof Backing.MemoryFile part && part.fd() == file.fd() && !closed.get();
    }

    @Override
    public MemorySegment segment() {
        return segment;
    }

    @Override
    public Backing backing() {
        return file;
    }

    @Override
    public void close() {
        if (!closed.getAndSet(true)) {
            kernel.unmap().applyAsInt(segment);
            kernel.close().applyAsInt(file.fd());
        }
    }
}

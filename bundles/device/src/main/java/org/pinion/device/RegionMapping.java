package org.pinion.device;

import java.lang.foreign.MemorySegment;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;

/**
 * A part of a region in this process's memory. While the device's memory is off an access through it ends the process
 * (SIGBUS), so a driver turns the memory off only when nobody uses the mapping. It goes with the device.
 */
public final class RegionMapping implements AutoCloseable {

    private final Kernel kernel;
    private final VfioDevice device;
    private final MemorySegment memory;
    private boolean closed;

    RegionMapping(Kernel kernel, VfioDevice device, MemorySegment memory) {
        this.kernel = kernel;
        this.device = device;
        this.memory = memory;
    }

    /** {@return the memory, usable from any thread until this is closed} */
    public MemorySegment memory() {
        return memory;
    }

    /**
     * Unmaps the memory. Closing twice does nothing.
     *
     * @throws ErrnoException if the kernel refuses
     * @throws IllegalStateException if another thread is using the memory in a system call; it stays mapped
     */
    @Override
    public synchronized void close() throws ErrnoException {
        if (closed) {
            return;
        }
        int answer = kernel.munmap(memory);
        closed = true;
        device.mappings().remove(this);
        device.check("unmap a region", answer);
    }
}

package org.pinion.api.driver;

import java.lang.foreign.MemorySegment;
import org.pinion.api.AddressRange;
import org.pinion.api.HostMemory;
import org.pinion.api.IommuException;
import org.pinion.api.Section;

/** Memory of this process that the devices of one address space reach. Methods may be called from any thread. */
public final class DmaBuffer implements AutoCloseable {

    private final DmaBuffers owner;
    private final String name;
    private final HostMemory memory;
    private final AddressRange iova;

    DmaBuffer(DmaBuffers owner, String name, HostMemory memory, AddressRange iova) {
        this.owner = owner;
        this.name = name;
        this.memory = memory;
        this.iova = iova;
    }

    /** {@return the memory, usable from any thread until the buffer or its address space is closed} */
    public MemorySegment segment() {
        return memory.segment();
    }

    /** {@return the IO virtual addresses at which a device finds {@link #segment}} */
    public AddressRange iova() {
        return iova;
    }

    /** {@return where a device finds the segment's first byte} */
    public long address() {
        return iova.start();
    }

    Section section() {
        return Section.ram(iova, memory.backing(), name);
    }

    void free() {
        memory.close();
    }

    /**
     * Takes the memory away from the devices, then gives it back. Closing twice does nothing, nor does closing after
     * the address space has closed, but for memory that could not be given back then.
     *
     * @throws IommuException if the address space refuses; then the buffer is as it was, still in reach of the devices
     * @throws IllegalStateException if a system call is using the memory right now; it is out of the devices' reach,
     *     and closing once more gives it back
     */
    @Override
    public void close() throws IommuException {
        owner.release(this);
    }
}

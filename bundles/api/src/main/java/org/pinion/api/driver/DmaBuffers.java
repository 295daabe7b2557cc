package org.pinion.api.driver;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.FlatViewChange;
import org.pinion.api.HostMemory;
import org.pinion.api.HostMemoryAllocator;
import org.pinion.api.IommuException;
import org.pinion.api.IovaLimits;
import org.pinion.api.RangeSet;
import org.pinion.api.Section;

/**
 * Buffers for drivers, in a window of an address space: each is memory of this process with the address at which a
 * device finds it. They are freed when the space closes, at the latest. Every buffer is a commit, so a driver takes few
 * and large ones. Methods may be called from any thread.
 *
 * <p>Attach the devices first: a buffer is placed where all attached devices can reach it. A device that cannot reach
 * one and comes later is refused with the reason, like any that cannot reach RAM.
 *
 * <p>A buffer is a change of the flat view in force, and costs what such a change costs, however much the view shows.
 * The window belongs to this object: nobody else shows anything there, and who commits whole views beside it takes the
 * buffers away from the devices.
 */
public final class DmaBuffers {

    private final AddressSpace space;
    private final HostMemoryAllocator allocator;
    private final RangeSet window;
    private final Set<DmaBuffer> buffers = new LinkedHashSet<>();

    /**
     * @param space the address space; the caller closes it
     * @param allocator gives the memory
     * @param window the IO virtual addresses to place buffers at; what the space shows there already is left out
     */
    public DmaBuffers(AddressSpace space, HostMemoryAllocator allocator, AddressRange window) {
        this.space = space;
        this.allocator = allocator;
        this.window = RangeSet.of(window).minus(RangeSet.of(space.snapshot().plan().view().sections().in(window)
                .stream()
                .map(Section::range)
                .toList()));
        space.whenClosed(this::freeAll);
    }

    /**
     * Allocates a zeroed buffer.
     *
     * @param name what it is for
     * @param size bytes, at least 1; rounded up to whole pages
     * @return the buffer, in reach of every attached device
     * @throws IommuException if there is no memory, no room in the window, or the space refuses; nothing has changed
     */
    public DmaBuffer allocate(String name, long size) throws IommuException {
        return place(name, allocator.allocate(name, size), 1);
    }

    /**
     * Allocates a zeroed buffer of huge pages, which cost the IOMMU fewer entries.
     *
     * @param name what it is for
     * @param size bytes, at least 1; rounded up to whole huge pages
     * @param pageSize bytes of a huge page, such as 2 MiB
     * @return the buffer, in reach of every attached device
     * @throws IommuException if there are not that many huge pages, no room in the window, or the space refuses;
     *     nothing has changed
     */
    public DmaBuffer allocateHuge(String name, long size, long pageSize) throws IommuException {
        return place(name, allocator.allocateHuge(name, size, pageSize), pageSize);
    }

    private synchronized DmaBuffer place(String name, HostMemory memory, long alignment) throws IommuException {
        try {
            AddressRange iova = free(name, memory.segment().byteSize(), alignment);
            DmaBuffer placed = new DmaBuffer(this, name, memory, iova);
            space.commit(FlatViewChange.NONE.show(placed.section()));
            buffers.add(placed);
            return placed;
        } catch (IommuException | RuntimeException failure) {
            memory.close();
            throw failure;
        }
    }

    private AddressRange free(String name, long size, long alignment) throws IommuException {
        IovaLimits limits = space.snapshot().plan().limits();
        long unit = Math.max(alignment, limits.alignment());
        RangeSet used = RangeSet.of(buffers.stream().map(DmaBuffer::iova).toList());
        for (AddressRange hole : window.intersect(limits.usable()).minus(used)) {
            AddressRange fitting = hole.trimTo(unit).orElse(null);
            if (fitting != null && Long.compareUnsigned(fitting.last() - fitting.start(), size - 1) >= 0) {
                return AddressRange.ofSize(fitting.start(), size);
            }
        }
        throw new IommuException(
                "allocate 0x%x bytes for '%s' in '%s'".formatted(size, name, space.options().name()),
                "the window %s has no room for them that every attached device can use; in use is %s"
                        .formatted(window, used),
                "close buffers, or give a larger window");
    }

    /** Memory goes only when no device can reach it any more. */
    synchronized void release(DmaBuffer buffer) throws IommuException {
        if (!buffers.contains(buffer)) {
            // Out of reach already; a system call may have kept its memory from being given back.
            buffer.free();
            return;
        }
        space.commit(FlatViewChange.NONE.hide(buffer.iova()));
        buffers.remove(buffer);
        buffer.free();
    }

    /** One that a system call is using right now stays; the others go all the same. */
    private synchronized void freeAll() {
        List<DmaBuffer> all = List.copyOf(buffers);
        buffers.clear();
        RuntimeException inUse = null;
        for (DmaBuffer buffer : all) {
            try {
                buffer.free();
            } catch (RuntimeException failure) {
                inUse = inUse == null ? failure : inUse;
            }
        }
        if (inUse != null) {
            throw inUse;
        }
    }
}

package org.pinion.shell.dma;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.FlatView;
import org.pinion.api.HostMemoryAllocator;
import org.pinion.api.IommuException;
import org.pinion.api.Section;

/**
 * Memory of this process in place of a guest's that lives in another process: one memory for each of the guest's
 * regions, as large as the sections that show it need, so that sections that show the same bytes there show the same
 * bytes here. Close it after the spaces that map it have let go.
 */
public final class StandInMemory implements AutoCloseable {

    private final FlatView guest;
    private final RegionMemories memories;

    private StandInMemory(FlatView guest, RegionMemories memories) {
        this.guest = guest;
        this.memories = memories;
    }

    /**
     * Allocates memory for every remote region of a flat view.
     *
     * @param guest the flat view
     * @param allocator gives the memory; it needs a kernel and may be missing
     * @return the memory
     * @throws IommuException if there is no allocator or not that much memory; then nothing stays allocated
     */
    public static StandInMemory under(FlatView guest, Optional<HostMemoryAllocator> allocator) throws IommuException {
        return new StandInMemory(guest, RegionMemories.under(List.of(guest), allocator));
    }

    /** {@return the guest's flat view, with this memory under the sections that were remote} */
    public FlatView view() {
        return memories.under(guest);
    }

    /** {@return the ranges of the flat view where this memory shows, sorted} */
    public List<AddressRange> ranges() {
        return guest.sections().stream()
                .filter(section -> section.backing() instanceof Backing.Remote)
                .map(Section::range)
                .toList();
    }

    /**
     * The memory that the flat view shows at an address.
     *
     * @param address the guest's address, unsigned
     * @param bytes how much of it
     * @return that part of the memory; empty if no memory of this process shows there
     */
    public Optional<MemorySegment> at(long address, long bytes) {
        return remote(address).flatMap(remote -> {
            MemorySegment memory = memories.of(remote).segment();
            return remote.offset() <= memory.byteSize() - bytes
                    ? Optional.of(memory.asSlice(remote.offset(), bytes))
                    : Optional.empty();
        });
    }

    /**
     * Names the bytes at an address in the guest's terms, which do not change from run to run as addresses and file
     * descriptors do.
     *
     * @param range a range of the flat view
     * @param backing what is mapped there
     * @return {@code pc.ram @0x100000}, or the backing itself if no memory of this process shows there
     */
    public String describe(AddressRange range, Backing backing) {
        return remote(range.start())
                .map(remote -> remote.region() + " @0x" + Long.toHexString(remote.offset()))
                .orElseGet(backing::toString);
    }

    private Optional<Backing.Remote> remote(long address) {
        return guest.at(address)
                .map(section -> section.backingAt(address))
                .filter(Backing.Remote.class::isInstance)
                .map(Backing.Remote.class::cast);
    }

    @Override
    public void close() {
        memories.close();
    }
}

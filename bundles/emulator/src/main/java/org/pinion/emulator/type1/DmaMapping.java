package org.pinion.emulator.type1;

import java.util.BitSet;
import org.pinion.emulator.iommufd.Chunk;
import org.pinion.emulator.iommufd.Translated;
import org.pinion.emulator.memory.LockedMemory;
import org.pinion.emulator.memory.ProcessMemory;
import org.pinion.emulator.syscall.SyscallException;

/** What one MAP_DMA made ({@code struct vfio_dma}). Guarded by the container's lock. */
final class DmaMapping implements Translated {

    private final long start;
    private final long last;
    private final boolean readable;
    private final boolean writable;
    private long vaddr;
    private boolean vaddrValid = true;
    private final BitSet written = new BitSet();
    private PinnedPages pages;

    DmaMapping(long start, long last, long vaddr, boolean readable, boolean writable) {
        this.start = start;
        this.last = last;
        this.vaddr = vaddr;
        this.readable = readable;
        this.writable = writable;
    }

    long start() {
        return start;
    }

    long last() {
        return last;
    }

    /** Bytes. */
    long size() {
        return last - start + 1;
    }

    long vaddr() {
        return vaddr;
    }

    /** Whether the address in the process may be used; not after it was forgotten. */
    boolean vaddrValid() {
        return vaddrValid;
    }

    void forgetVaddr() {
        vaddrValid = false;
    }

    void vaddr(long moved) {
        vaddr = moved;
        vaddrValid = true;
    }

    @Override
    public boolean readable() {
        return readable;
    }

    @Override
    public boolean writable() {
        return writable;
    }

    /** Whether an IOMMU with a smallest page can translate it ({@code iommu_map}). */
    boolean alignedTo(long page) {
        return ((start | vaddr | size()) & (page - 1)) == 0;
    }

    /** Whether domains show it; if not, nobody has looked at the memory yet. */
    boolean shown() {
        return pages != null;
    }

    void show(ProcessMemory process, LockedMemory locked) throws SyscallException {
        pages = PinnedPages.pin(process, locked, this);
    }

    void hide() {
        if (pages != null) {
            pages.unpin();
            pages = null;
        }
    }

    /**
     * A bit for every page that counts as written, and after them what an earlier answer has left
     * ({@code vfio_dma.bitmap}).
     */
    BitSet written() {
        return written;
    }

    @Override
    public Chunk locate(long iova, long atMost) {
        long left = last - iova + 1;
        return pages.locate(iova - start, Long.compareUnsigned(atMost, left) < 0 ? atMost : left);
    }
}

package org.pinion.emulator.pci;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.pinion.emulator.memory.Pages;
import org.pinion.emulator.memory.SparseMemory;

/** A BAR that is plain memory; it can be mapped if it fills whole pages. */
final class MemoryBar implements Bar {

    private final SparseMemory memory;

    MemoryBar(long size) {
        try {
            memory = SparseMemory.ofSize(size);
        } catch (IOException e) {
            throw new UncheckedIOException("no room for a device's memory of " + size + " bytes", e);
        }
    }

    @Override
    public long size() {
        return memory.size();
    }

    @Override
    public void read(long offset, MemorySegment into) {
        memory.read(offset, into);
    }

    @Override
    public void write(long offset, MemorySegment from) {
        memory.write(offset, from);
    }

    /** 64 bits wide, and without side effects (prefetchable), as QEMU's ivshmem is. */
    @Override
    public int typeBits() {
        return 0xc;
    }

    @Override
    public Optional<SparseMemory> memory() {
        return size() % Pages.SIZE == 0 ? Optional.of(memory) : Optional.empty();
    }
}

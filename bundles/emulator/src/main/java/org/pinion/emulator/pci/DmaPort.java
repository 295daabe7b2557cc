package org.pinion.emulator.pci;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** Where a device's transfers leave it. */
@FunctionalInterface
public interface DmaPort {

    /**
     * Moves bytes, all or nothing.
     *
     * @param iova where, an IO virtual address
     * @param buffer the device's bytes
     * @param toMemory whether the device writes memory; else it reads it
     * @return why it was stopped, empty if it was done
     */
    Optional<String> transfer(long iova, MemorySegment buffer, boolean toMemory);
}

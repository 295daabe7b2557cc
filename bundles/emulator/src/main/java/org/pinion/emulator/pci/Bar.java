package org.pinion.emulator.pci;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.pinion.emulator.memory.SparseMemory;

/** What answers in a base address register's range. Callers stay inside its size, one at a time. */
interface Bar {

    /** Bytes, a power of two. */
    long size();

    void read(long offset, MemorySegment into);

    void write(long offset, MemorySegment from);

    /** Whether it is a range of I/O ports, not of memory. */
    default boolean ports() {
        return false;
    }

    /** The low bits of the base address register, which say what is behind it. */
    default int typeBits() {
        return ports() ? 1 : 0;
    }

    /** The memory, if it is plain memory that a process may map. */
    default Optional<SparseMemory> memory() {
        return Optional.empty();
    }

    default void reset() {}
}

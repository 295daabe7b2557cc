package org.pinion.emulator.iommufd;

import org.pinion.emulator.memory.SparseMemory;

/** A piece of memory that a transfer meets. */
record Chunk(SparseMemory memory, long offset, long bytes) {}

package org.pinion.emulator.iommufd;

import org.pinion.emulator.memory.SparseMemory;

/**
 * A piece of memory that a transfer meets.
 *
 * @param memory where it is
 * @param offset where in it, bytes
 * @param bytes how long it is
 */
public record Chunk(SparseMemory memory, long offset, long bytes) {}

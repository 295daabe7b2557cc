package org.pinion.emulator.memory;

/**
 * Pages that follow one another in one piece of memory.
 *
 * @param memory where they are
 * @param offset where the first begins, bytes
 * @param bytes how long they are together
 */
public record PageRun(SparseMemory memory, long offset, long bytes) {}

package org.pinion.emulator.memory;

/**
 * Pages that follow one another in one piece of memory.
 *
 * @param memory where they are
 * @param offset where the first begins, bytes
 * @param bytes how long they are together
 * @param device whether they are a device's memory, which nobody is charged for
 */
public record PageRun(SparseMemory memory, long offset, long bytes, boolean device) {

    /**
     * Pages of ordinary memory.
     *
     * @param memory where they are
     * @param offset where the first begins, bytes
     * @param bytes how long they are together
     */
    public PageRun(SparseMemory memory, long offset, long bytes) {
        this(memory, offset, bytes, false);
    }
}

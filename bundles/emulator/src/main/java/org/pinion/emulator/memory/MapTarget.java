package org.pinion.emulator.memory;

/**
 * What a mapping of a file shows.
 *
 * @param memory the bytes
 * @param offset where in them, bytes
 * @param filePosition where in the file that is, bytes
 * @param kind what sort of file it is
 * @param path the name that {@code /proc/self/smaps} gives it
 */
public record MapTarget(SparseMemory memory, long offset, long filePosition, VmaKind kind, String path) {}

package org.pinion.spi.backend;

/**
 * How a session tracks which pages devices write.
 *
 * @param pageSize bytes that one bit stands for, a power of two
 * @param exact whether only what was written is told; if not, all that a device can write counts as written
 */
public record DirtyTracking(long pageSize, boolean exact) {}

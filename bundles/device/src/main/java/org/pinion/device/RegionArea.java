package org.pinion.device;

/**
 * A part of a region ({@code struct vfio_region_sparse_mmap_area}).
 *
 * @param offset where in the region it begins, bytes
 * @param size bytes, unsigned, at least 1
 */
public record RegionArea(long offset, long size) {}

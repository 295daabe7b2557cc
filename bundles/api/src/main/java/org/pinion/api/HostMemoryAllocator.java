package org.pinion.api;

/** Allocates memory that devices can reach, an OSGi service. Methods may be called from any thread. */
public interface HostMemoryAllocator {

    /**
     * Allocates zeroed memory. Pages cost nothing until somebody touches or pins them.
     *
     * @param name what it is for; shows up in {@code /proc/PID/maps}
     * @param size bytes, at least 1; rounded up to whole pages
     * @return the memory; the caller closes it
     * @throws IommuException if the kernel has not that much
     */
    HostMemory allocate(String name, long size) throws IommuException;
}

package org.pinion.api;

import org.osgi.annotation.versioning.ProviderType;

/** Allocates memory that devices can reach, an OSGi service. Methods may be called from any thread. */
@ProviderType
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

    /**
     * Allocates zeroed memory in huge pages, which are taken at once from those that the administrator has set aside.
     *
     * @param name what it is for; shows up in {@code /proc/PID/maps}
     * @param size bytes, at least 1; rounded up to whole huge pages
     * @param pageSize bytes of a huge page, a power of two that the processor has, such as 2 MiB
     * @return the memory; the caller closes it
     * @throws IommuException if there are not that many, or this allocator gives none
     */
    default HostMemory allocateHuge(String name, long size, long pageSize) throws IommuException {
        throw new IommuException(
                "allocate 0x%x bytes of huge pages for '%s'".formatted(size, name),
                "this allocator gives no huge pages",
                "allocate normal pages");
    }
}

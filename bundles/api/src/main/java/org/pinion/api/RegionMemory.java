package org.pinion.api;

import java.lang.foreign.MemorySegment;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A part of a device's region in this process's memory. It goes with the device at the latest. Methods may be called
 * from any thread.
 */
@ProviderType
public interface RegionMemory extends AutoCloseable {

    /**
     * The memory: each access is one of the device's. Usable from any thread until this is closed or the device is
     * detached; from then on an access throws {@link IllegalStateException}. While the device's memory is off an access
     * ends the process (SIGBUS).
     *
     * @return the memory
     */
    MemorySegment segment();

    /**
     * Unmaps the memory. Closing twice does nothing.
     *
     * @throws IommuException if it cannot be unmapped, such as while a system call is using it; it stays mapped
     */
    @Override
    void close() throws IommuException;
}

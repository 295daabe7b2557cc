package org.pinion.api;

import java.lang.foreign.MemorySegment;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Memory of this process that devices can reach once it is in an address space. Closing it gives the memory back; close
 * it only after the spaces that map it have let go. Closing twice does nothing.
 */
@ProviderType
public interface HostMemory extends AutoCloseable {

    /** {@return the memory, usable from any thread until it is closed} */
    MemorySegment segment();

    /** {@return what to put under a section so that it shows this memory} */
    Backing backing();

    @Override
    void close();
}

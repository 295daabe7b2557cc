package org.pinion.core.space;

import java.lang.foreign.MemorySegment;
import org.pinion.api.IommuException;
import org.pinion.api.RegionMemory;

/**
 * A part of a region as a driver sees it.
 *
 * @param device whose region it is
 * @param segment the memory
 */
record OpenRegion(OpenDevice device, MemorySegment segment) implements RegionMemory {

    /** What is not alive any more was unmapped, or went with the device. */
    @Override
    public void close() throws IommuException {
        if (segment.scope().isAlive()) {
            device.unmap(segment);
        }
        device.holdings().closed(this);
    }
}

package org.pinion.lab;

import java.util.List;
import org.pinion.api.AddressSpace;
import org.pinion.api.DmaService;
import org.pinion.api.HostMemory;
import org.pinion.api.HostMemoryAllocator;
import org.pinion.api.IommuException;
import org.pinion.api.SpaceOptions;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;

/**
 * What tests work with.
 *
 * @param dma what is tested
 * @param allocator memory for devices
 * @param kernel to look at the kernel
 * @param guest the machine
 */
record Lab(DmaService dma, HostMemoryAllocator allocator, Kernel kernel, Guest guest) {

    AddressSpace open(String backend, String policy) throws IommuException {
        return open("lab", backend, policy);
    }

    AddressSpace open(String name, String backend, String policy) throws IommuException {
        return dma.open(new SpaceOptions(name, backend, List.of(policy)));
    }

    /** A space of a backend's kind that is not Pinion's. */
    RawSpace raw(String backend) throws ErrnoException {
        return RawSpace.of(kernel, backend);
    }

    HostMemory memory(long size) throws IommuException {
        return allocator.allocate("lab", size);
    }

    KernelView look() {
        return new KernelView(kernel);
    }
}

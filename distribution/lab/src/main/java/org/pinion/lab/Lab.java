package org.pinion.lab;

import java.util.List;
import java.util.function.Supplier;
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
 * @param core finds what is tested: its bundle may be updated
 * @param allocator memory for devices
 * @param kernel to look at the kernel
 * @param guest the machine
 */
record Lab(Supplier<DmaService> core, HostMemoryAllocator allocator, Kernel kernel, Guest guest) {

    AddressSpace open(String backend, String policy) throws IommuException {
        return open("lab", backend, policy);
    }

    AddressSpace open(String name, String backend, String policy) throws IommuException {
        return dma().open(new SpaceOptions(name, backend, List.of(policy)));
    }

    DmaService dma() {
        return core.get();
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

package org.pinion.backend.vfio;

import java.io.IOException;
import java.util.OptionalLong;
import org.pinion.linux.Kernel;

/**
 * How many mappings a new container will take, before it has an IOMMU that could be asked: a parameter of the kernel's
 * module (drivers/vfio/vfio_iommu_type1.c).
 */
final class EntryLimit {

    /** Where an administrator reads and sets it. */
    static final String FILE = "/sys/module/vfio_iommu_type1/parameters/dma_entry_limit";

    private EntryLimit() {}

    /** {@return the number; empty if the kernel does not show it} */
    static OptionalLong of(Kernel kernel) {
        try {
            return OptionalLong.of(Long.parseLong(kernel.readFile(FILE).strip()));
        } catch (IOException | NumberFormatException untold) {
            return OptionalLong.empty();
        }
    }
}

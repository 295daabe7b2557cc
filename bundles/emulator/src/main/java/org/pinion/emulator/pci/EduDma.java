package org.pinion.emulator.pci;

import java.lang.foreign.MemorySegment;

/** How the DMA engine of {@code edu} meets the rest of the machine. */
interface EduDma {

    void run(long iova, MemorySegment buffer, boolean toMemory);

    /** Raises the device's interrupt, perhaps once more. */
    void raise();

    /** Withdraws the device's interrupt. */
    void lower();

    /** Records a transfer that the device itself does not do. */
    void refuse(long iova, long length, boolean toMemory, String reason);
}

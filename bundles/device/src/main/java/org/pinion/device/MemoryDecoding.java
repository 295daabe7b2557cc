package org.pinion.device;

/**
 * Whether a device's memory BARs can be reached. When they cannot, the kernel takes them away from every IO address
 * space and from every process that has them mapped; a dma-buf mapping does not come back by itself
 * (drivers/vfio/pci/vfio_pci_dmabuf.c).
 *
 * @param on whether they can be reached now
 * @param interruptions how often they may not have been since the device was opened
 */
public record MemoryDecoding(boolean on, long interruptions) {

    MemoryDecoding now(boolean nowOn) {
        return new MemoryDecoding(nowOn, on && !nowOn ? interruptions + 1 : interruptions);
    }

    MemoryDecoding interrupted() {
        return new MemoryDecoding(on, interruptions + 1);
    }
}

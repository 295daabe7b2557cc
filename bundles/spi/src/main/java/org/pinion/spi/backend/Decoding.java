package org.pinion.spi.backend;

/**
 * Whether a device's memory BARs can be reached. The kernel takes a BAR away from every address space when the
 * device's memory is turned off, and does not give it back when it is turned on again (drivers/vfio/pci/
 * vfio_pci_dmabuf.c, {@code vfio_pci_dma_buf_move}).
 *
 * @param on whether they can be reached now
 * @param interruptions how often they could not be since the device was opened: a mapping made under a smaller number
 *     leads nowhere
 */
public record Decoding(boolean on, long interruptions) {

    /** The BARs are there all the time. */
    public static final Decoding ALWAYS = new Decoding(true, 0);
}

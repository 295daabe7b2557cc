package org.pinion.emulator.host;

/** What a device does. */
public enum DeviceModel {

    /** QEMU's teaching device, 1234:11e8: registers in BAR 0 and a DMA engine. */
    EDU("edu", true),

    /** Shared memory, 1af4:1110: BAR 2 is plain memory. */
    IVSHMEM("ivshmem", true),

    /** A mediated serial port without DMA. */
    MTTY("mtty", false);

    private final String text;
    private final boolean pci;

    DeviceModel(String text, boolean pci) {
        this.text = text;
        this.pci = pci;
    }

    /** {@return the word that a host file has for it} */
    public String text() {
        return text;
    }

    /** {@return whether it is a PCI function behind an IOMMU; else it is an mdev} */
    public boolean pci() {
        return pci;
    }
}

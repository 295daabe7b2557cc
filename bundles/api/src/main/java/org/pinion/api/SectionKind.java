package org.pinion.api;

/** What kind of memory region a section shows, in the words of QEMU's memory API. */
public enum SectionKind {

    /** Memory that the guest reads and writes directly. */
    RAM("ram"),

    /** Memory that the guest only reads. */
    ROM("rom"),

    /** A ROM device: read directly, written through a device model (a flash chip). */
    ROMD("romd"),

    /** A device's memory mapped into the guest, such as the BAR of a passed-through device. */
    RAM_DEVICE("ramd"),

    /** Registers that a device model answers for. */
    MMIO("i/o"),

    /** A window that a virtual IOMMU translates. */
    IOMMU("iommu");

    private final String symbol;

    SectionKind(String symbol) {
        this.symbol = symbol;
    }

    /** {@return the word QEMU's {@code info mtree} prints for the kind} */
    public String symbol() {
        return symbol;
    }
}

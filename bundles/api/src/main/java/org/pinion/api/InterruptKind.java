package org.pinion.api;

/** A kind of interrupts of a PCI device behind VFIO, in the order of their indexes (include/uapi/linux/vfio.h). */
public enum InterruptKind {

    /** The interrupt line; masks itself when it comes, until it is unmasked. */
    INTX("INTx"),

    /** Message signalled interrupts. */
    MSI("MSI"),

    /** Message signalled interrupts by a table in a BAR. */
    MSIX("MSI-X"),

    /** The host saw an error that the device could not correct. */
    ERROR("error"),

    /** The host asks for the device back: its driver should detach it. */
    REQUEST("request");

    private final String word;

    InterruptKind(String word) {
        this.word = word;
    }

    /** {@return its name as the PCI specification writes it} */
    @Override
    public String toString() {
        return word;
    }
}

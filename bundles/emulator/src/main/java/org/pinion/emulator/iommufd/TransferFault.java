package org.pinion.emulator.iommufd;

/** Why a device's transfer was stopped. */
public enum TransferFault {

    /** The device is attached to no address space. */
    NOT_ATTACHED("the device is attached to no address space"),

    /** Nothing is mapped at one of the addresses. */
    NOT_MAPPED("nothing is mapped there"),

    /** The mapping is not readable. */
    NOT_READABLE("the mapping is not readable"),

    /** The mapping leads to another device's registers: only its memory answers to a peer here. */
    REGISTERS("the mapping leads to a device's registers, which answer no peer in this emulator"),
    /** The mapping is read-only. */
    READ_ONLY("the mapping is read-only");

    private final String text;

    TransferFault(String text) {
        this.text = text;
    }

    /** {@return the reason in words} */
    public String text() {
        return text;
    }
}

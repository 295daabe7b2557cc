package org.pinion.emulator.host;

/** Which driver of the kernel the machine's IOMMUs have: what page tables they make, what they tell of themselves. */
public enum IommuDriver {
    /** As QEMU's, without nested page tables. */
    INTEL("intel"),
    /** As QEMU's. */
    AMD("amd"),
    /** As QEMU's. */
    VIRTIO("virtio");

    private final String text;

    IommuDriver(String text) {
        this.text = text;
    }

    /** {@return the word that a host file has for it} */
    public String text() {
        return text;
    }
}

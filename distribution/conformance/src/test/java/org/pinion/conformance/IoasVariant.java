package org.pinion.conformance;

/** What an address space has to do with mock devices. */
enum IoasVariant {
    NO_DOMAIN("no_domain", 0, 0, false),
    MOCK_DOMAIN("mock_domain", 1, 0, true),
    TWO_MOCK_DOMAIN("two_mock_domain", 2, 0, false),
    /** With batches so small that mapping takes many of them. */
    MOCK_DOMAIN_LIMIT("mock_domain_limit", 1, 16, false);

    final int devices;
    final int batchMemory;
    final boolean pasids;
    private final String text;

    IoasVariant(String text, int devices, int batchMemory, boolean pasids) {
        this.text = text;
        this.devices = devices;
        this.batchMemory = batchMemory;
        this.pasids = pasids;
    }

    @Override
    public String toString() {
        return text;
    }
}

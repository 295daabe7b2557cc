package org.pinion.conformance;

/** Whether there is also a device without PASIDs. */
enum PasidVariant {
    NO_PASID("no_pasid"),
    HAS_PASID("has_pasid");

    private final String text;

    PasidVariant(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return text;
    }
}

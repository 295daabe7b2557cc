package org.pinion.emulator.host;

/** Why a device cannot use a range (enum iommu_resv_type in include/linux/iommu.h), in the words of sysfs. */
public enum ReservedType {

    /** The firmware wants it mapped one to one, always. */
    DIRECT("direct"),

    /** The firmware wants it mapped one to one until a driver takes over. */
    DIRECT_RELAXABLE("direct-relaxable"),

    /** Something else answers there. */
    RESERVED("reserved"),

    /** Interrupts are written there. */
    MSI("msi");

    private final String text;

    ReservedType(String text) {
        this.text = text;
    }

    /** {@return the word that {@code reserved_regions} in sysfs has for it} */
    public String text() {
        return text;
    }
}

package org.pinion.conformance;

import org.pinion.linux.uapi.VfioType1;

/** The kinds of IOMMU that a VFIO container can have. */
enum ContainerKind {
    VERSION_2("Ver1v2", VfioType1.TYPE1_V2),
    VERSION_1("Ver1v0", VfioType1.TYPE1);

    final long number;
    private final String text;

    ContainerKind(String text, long number) {
        this.text = text;
        this.number = number;
    }

    @Override
    public String toString() {
        return text;
    }
}

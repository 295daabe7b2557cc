package org.pinion.doctor.facts;

import java.util.List;

/**
 * The IOMMUs, and what tells why there may be none.
 *
 * @param told whether {@code /sys} shows anything of the kernel: it may not be mounted
 * @param units IOMMUs that are in front of devices, such as {@code dmar0}
 * @param firmwareTable the firmware's table of IOMMUs, such as {@code DMAR}; empty if it has none
 * @param processor who made the processor, as it says itself; empty if it does not
 * @param virtual whether the machine runs on a hypervisor
 */
public record IommuFacts(boolean told, List<String> units, String firmwareTable, String processor, boolean virtual) {

    /** Copies the list. */
    public IommuFacts {
        units = List.copyOf(units);
    }
}

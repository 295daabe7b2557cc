package org.pinion.source.qemu;

import java.util.Map;
import java.util.Optional;
import org.pinion.api.AddressRange;
import org.pinion.api.Section;
import org.pinion.api.SectionKind;

/**
 * A memory device as {@code query-memory-devices} tells of it.
 *
 * @param type its type in QAPI's {@code MemoryDeviceInfoKind}, such as {@code virtio-mem}
 * @param id its id, or its number in the list where it has none
 * @param range the guest's addresses that it may show memory at
 * @param facts what to tell about sections there, by the keys of {@link org.pinion.api.SectionFacts}
 */
record MemoryDevice(String type, String id, AddressRange range, Map<String, String> facts) {

    MemoryDevice {
        facts = Map.copyOf(facts);
    }

    /** Why a section that overlaps this device's range cannot be there; empty if it can. */
    Optional<String> contradiction(Section section) {
        boolean memory = section.kind() == SectionKind.RAM || section.kind() == SectionKind.ROM;
        if (memory && range.contains(section.range()) || covers(section)) {
            return Optional.empty();
        }
        return Optional.of(range.contains(section.range())
                ? "the memory tree shows %s in it, which is not memory".formatted(section)
                : "the memory tree shows %s, which stretches beyond it".formatted(section));
    }

    /** Another address space shows something else at these addresses, such as a virtual IOMMU's window. */
    private boolean covers(Section section) {
        boolean window = section.kind() == SectionKind.MMIO || section.kind() == SectionKind.IOMMU;
        return window && section.range().contains(range);
    }

    Section annotate(Section section) {
        return range.contains(section.range()) ? section.withFacts(facts) : section;
    }

    @Override
    public String toString() {
        return "%s '%s' at %s".formatted(type, id, range);
    }
}

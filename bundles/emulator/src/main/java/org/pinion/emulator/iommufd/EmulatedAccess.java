package org.pinion.emulator.iommufd;

import java.util.ArrayList;
import java.util.List;

/**
 * A mediated device bound to an iommufd ({@code struct iommufd_access}): its driver looks memory up by itself, so
 * that no IOMMU limits the address space. Guarded by the iommufd's lock.
 */
final class EmulatedAccess extends IommufdObject {

    private final long bytes;
    private final List<AccessPin> pins = new ArrayList<>();
    private Ioas ioas;

    /**
     * @param bytes what addresses must be multiples of
     */
    EmulatedAccess(long bytes) {
        this.bytes = bytes;
    }

    /** The address space it uses, or null. */
    Ioas ioas() {
        return ioas;
    }

    void ioas(Ioas used) {
        ioas = used;
    }

    /** What addresses must be multiples of. */
    long bytes() {
        return bytes;
    }

    /** What the driver has pinned, in the order in which it did. */
    List<AccessPin> pins() {
        return pins;
    }

    /** Whether the driver has pinned something in a range. */
    boolean hasPinned(long start, long last) {
        return pins.stream().anyMatch(pin -> pin.range().touches(start, last));
    }

    /** Makes the driver unpin what touches a range, since it is about to be unmapped. */
    void unmapping(long start, long last) {
        for (AccessPin pin : List.copyOf(pins)) {
            if (pin.range().touches(start, last)) {
                pins.remove(pin);
                pin.unpin();
            }
        }
    }
}

package org.pinion.api.guest;

import java.util.Objects;
import java.util.Optional;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;

/**
 * What a virtual IOMMU says about a range of its window, as QEMU's {@code IOMMUTLBEntry} in an {@code IOMMUNotifier}:
 * from now on it leads somewhere, or nowhere.
 *
 * @param iova the IO virtual addresses
 * @param translated where the first of them leads, an address of the guest's memory; means nothing if they lead nowhere
 * @param permission what a device may do there; empty if the addresses lead nowhere ({@code IOMMU_NONE})
 */
public record Notification(AddressRange iova, long translated, Optional<Access> permission) {

    /** Checks that nothing is null. */
    public Notification {
        Objects.requireNonNull(iova, "iova");
        Objects.requireNonNull(permission, "permission");
    }

    /**
     * Addresses lead somewhere, whatever they led to before.
     *
     * @param iova the IO virtual addresses
     * @param translated where the first of them leads, an address of the guest's memory
     * @param permission what a device may do there; write alone ({@code IOMMU_WO}) counts as both, as VFIO maps it
     * @return the notification
     */
    public static Notification map(AddressRange iova, long translated, Access permission) {
        return new Notification(iova, translated, Optional.of(permission));
    }

    /**
     * Addresses lead nowhere, whether they led anywhere before or not.
     *
     * @param iova the IO virtual addresses
     * @return the notification
     */
    public static Notification unmap(AddressRange iova) {
        return new Notification(iova, 0, Optional.empty());
    }

    /**
     * The addresses of an entry that is given by a mask.
     *
     * @param iova an IO virtual address
     * @param addressMask the bits in which the entry's addresses differ, as {@code addr_mask}: a power of two less one
     * @return the entry's addresses
     */
    public static AddressRange addresses(long iova, long addressMask) {
        return new AddressRange(iova & ~addressMask, iova | addressMask);
    }
}

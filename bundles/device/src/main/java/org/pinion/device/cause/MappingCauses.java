package org.pinion.device.cause;

import java.util.Optional;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.api.Route;
import org.pinion.device.IovaRanges;
import org.pinion.device.host.PinningFacts;

/** Why a mapping was not made or removed, in words, as far as every address space of the kernel has the cause. */
public final class MappingCauses {

    /** The remedy where the kernel has not what was put there. */
    public static final String OUTSIDER = "commit again; if it stays, close the address space and open it anew";

    private MappingCauses() {}

    /**
     * @param range where something is mapped already
     * @return that
     */
    public static Cause occupied(AddressRange range) {
        return new Cause("some of " + range + " is mapped already", "unmap it first");
    }

    /**
     * @param bytes how much memory was to be pinned
     * @param pinning tells the limit on locked memory
     * @return why there was not enough
     */
    public static Cause noMemory(long bytes, PinningFacts pinning) {
        return new Cause(
                "0x%x bytes are to be pinned and %s; or the kernel has no memory left for page tables"
                        .formatted(bytes, pinning.memlock()),
                "raise the limit: ulimit -l, LimitMEMLOCK= of the service, or give it CAP_IPC_LOCK");
    }

    /**
     * @param mapping a mapping that the kernel found invalid
     * @param ranges what the address space lets be mapped
     * @return that it is misaligned or outside of that; empty if it is neither
     */
    public static Optional<Cause> outside(Mapping mapping, IovaRanges ranges) {
        return misaligned(mapping, ranges.alignment()).or(() -> unusable(mapping.range(), ranges.usable()));
    }

    /**
     * Refuses a mapping that the kernel takes and gets wrong: what ends with the last of all addresses is given to the
     * IOMMU as other pages (batch_to_domain in drivers/iommu/iommufd/pages.c), or never found again by the type1 of
     * Linux 6.12.
     *
     * @param range what is to be mapped
     * @param reserved what is kept out for attached devices, the last page among it where the kernel gets it wrong
     * @throws IommuException if the range ends there and the page is kept out
     */
    public static void requireOffTheLastPage(AddressRange range, RangeSet reserved) throws IommuException {
        if (range.last() == -1L && reserved.contains(range.last())) {
            throw new IommuException(
                    "map " + range, null, range, "the kernel gets wrong what ends with the last of all addresses",
                    "leave out the last page", null);
        }
    }

    private static Optional<Cause> misaligned(Mapping mapping, long alignment) {
        long bits = mapping.range().start() | mapping.range().size() | position(mapping);
        return (bits & (alignment - 1)) == 0
                ? Optional.empty()
                : Optional.of(new Cause(
                        "its start, its length and its memory must be multiples of 0x%x".formatted(alignment),
                        "trim it to whole pages"));
    }

    private static Optional<Cause> unusable(AddressRange range, RangeSet usable) {
        RangeSet outside = RangeSet.of(range).minus(usable);
        return outside.isEmpty()
                ? Optional.empty()
                : Optional.of(new Cause(
                        outside + " is reserved by, or outside the aperture of, an attached device; usable is "
                                + usable,
                        "map around it, or detach the device"));
    }

    /**
     * @param mapping a mapping
     * @return where its bytes begin in what the kernel is given: an address or an offset
     */
    public static long position(Mapping mapping) {
        return mapping.route() == Route.USER && mapping.backing() instanceof Backing.MemoryFile file
                ? file.address()
                : mapping.backing().position();
    }

    /**
     * @param mapping a mapping by address
     * @param pinning tells what lies there
     * @return half a sentence that says what of it cannot be pinned
     */
    public static String unpinnable(Mapping mapping, PinningFacts pinning) {
        return pinning.unpinnable(
                AddressRange.ofSize(position(mapping), mapping.range().size()),
                mapping.access().writable());
    }

    /**
     * @param operation what was tried
     * @param mapping a mapping whose backing does not go by its route
     * @return the exception that tells it
     */
    public static IommuException noWay(String operation, Mapping mapping) {
        return new IommuException(
                operation,
                null,
                mapping.range(),
                mapping.backing() + " cannot be mapped from this process by route " + mapping.route().symbol(),
                "map memory or a memory file of this process",
                null);
    }

    /**
     * @param range where nothing was found that could be removed
     * @return that
     */
    public static Cause absent(AddressRange range) {
        return new Cause(
                "the kernel has nothing mapped at " + range + ", or a mapping that reaches out of it", OUTSIDER);
    }

    /**
     * @param operation what was tried
     * @param range what was to be removed
     * @param removed bytes that the kernel says it removed
     * @return the exception that tells it
     */
    public static IommuException tooShort(String operation, AddressRange range, long removed) {
        return new IommuException(
                operation,
                null,
                range,
                "the kernel removed 0x%x bytes of 0x%x: only part of it was mapped".formatted(removed, range.size()),
                OUTSIDER,
                null);
    }
}

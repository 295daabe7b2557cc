package org.pinion.api;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * What a set of devices together allows of an IO address space: the usable addresses are those that every device can
 * use, pages have a size that every device has, and the alignment is the coarsest, or the smallest common page if that
 * is larger. The order in which devices are given does not matter. Devices that are {@linkplain #apart apart} forbid no
 * addresses; the sizes of their pages and their alignment count all the same.
 */
public final class IovaLimits {

    private final List<DeviceLimits> devices;
    private final RangeSet usable;
    private final long alignment;
    private final long pageSizes;
    private final List<ApartDevice> apart;

    private IovaLimits(
            List<DeviceLimits> devices, RangeSet usable, long alignment, long pageSizes, List<ApartDevice> apart) {
        this.devices = devices;
        this.apart = apart;
        this.usable = usable;
        this.alignment = alignment;
        this.pageSizes = pageSizes;
    }

    /**
     * Combines the limits of devices.
     *
     * @param pageSize the least alignment, bytes, a power of two: that of the host's pages
     * @param devices the limits of each device, in any order
     * @return what all of them allow
     */
    public static IovaLimits intersect(long pageSize, Collection<DeviceLimits> devices) {
        List<DeviceLimits> sorted = devices.stream()
                .sorted(Comparator.comparing(DeviceLimits::device))
                .toList();
        RangeSet usable = RangeSet.ALL;
        long alignment = pageSize;
        long pageSizes = -pageSize;
        for (DeviceLimits device : sorted) {
            usable = usable.intersect(device.usable());
            alignment = Math.max(alignment, device.alignment());
            pageSizes &= device.pageSizes();
        }
        long unit = Math.max(alignment, Long.lowestOneBit(pageSizes));
        return new IovaLimits(sorted, usable, unit, pageSizes, List.of());
    }

    /**
     * The same devices, of which some have IO address spaces of their own.
     *
     * @param others the devices that are apart, in any order; all others are together
     * @return the limits
     */
    public IovaLimits withApart(Collection<ApartDevice> others) {
        List<ApartDevice> sorted = others.stream()
                .sorted(Comparator.comparing(ApartDevice::device))
                .toList();
        RangeSet common = RangeSet.ALL;
        for (DeviceLimits device : devices) {
            boolean together = sorted.stream().noneMatch(other -> other.device().equals(device.device()));
            common = together ? common.intersect(device.usable()) : common;
        }
        return new IovaLimits(devices, common, alignment, pageSizes, sorted);
    }

    /** {@return the limits if no device were apart} */
    public IovaLimits together() {
        return apart.isEmpty() ? this : withApart(List.of());
    }

    /** {@return the devices that have IO address spaces of their own, sorted by address} */
    public List<ApartDevice> apart() {
        return apart;
    }

    /**
     * Finds a device that is apart.
     *
     * @param device a device's address
     * @return the device; empty if it is together with the others, or not among the devices
     */
    public Optional<ApartDevice> apart(String device) {
        return apart.stream().filter(other -> other.device().equals(device)).findFirst();
    }

    /** {@return the limits of each device, sorted by address} */
    public List<DeviceLimits> devices() {
        return devices;
    }

    /**
     * What a device reaches of a mapping.
     *
     * @param device the device's address
     * @param mapping what is mapped for the devices that are together
     * @return all of it, or, for a device that is apart, the parts that it can use; sorted
     */
    public List<Mapping> reached(String device, Mapping mapping) {
        return apart(device)
                .map(other -> other.reached(mapping.range()).ranges().stream().map(mapping::slice).toList())
                .orElse(List.of(mapping));
    }

    /** {@return the IO virtual addresses that every device can use that is not apart} */
    public RangeSet usable() {
        return usable;
    }

    /** {@return the alignment, in bytes, of every mapping's start, end and backing} */
    public long alignment() {
        return alignment;
    }

    /**
     * Says why these devices cannot be in one address space at all.
     *
     * @return which pages each of them has, a sentence, if no size of page is common to all; empty if one is
     */
    public Optional<String> withoutCommonPage() {
        return pageSizes != 0
                ? Optional.empty()
                : Optional.of("the IOMMUs have no size of page in common: " + devices.stream()
                        .map(device -> device.device() + " has " + sizes(device.pageSizes()))
                        .collect(Collectors.joining(", ")));
    }

    private static String sizes(long bits) {
        // The largest of all sizes has the sign's bit: what has it was built by negation, and goes on without an end.
        return bits < 0
                ? "0x%x and more".formatted(Long.lowestOneBit(bits))
                : LongStream.range(0, Long.SIZE)
                        .map(bit -> 1L << bit)
                        .filter(size -> (bits & size) != 0)
                        .mapToObj("0x%x"::formatted)
                        .collect(Collectors.joining(" "));
    }

    /**
     * Says who forbids an address.
     *
     * @param address an unsigned address
     * @return why no mapping can be there, as {@code "reserved (msi) by 0000:01:00.0"} or
     *     {@code "outside the aperture of 0000:01:00.0"}, all devices that forbid it named; empty if none does
     */
    public Optional<String> whyUnusable(long address) {
        List<String> causes = forbidding(address).map(device -> cause(device, address)).toList();
        return causes.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", causes));
    }

    /**
     * Says which devices forbid an address.
     *
     * @param address an unsigned address
     * @return the addresses of the devices that cannot use it and are not apart, sorted
     */
    public List<String> whoForbids(long address) {
        return forbidding(address).map(DeviceLimits::device).toList();
    }

    private Stream<DeviceLimits> forbidding(long address) {
        return devices.stream()
                .filter(device -> !device.usable().contains(address))
                .filter(device -> apart(device.device()).isEmpty());
    }

    private static String cause(DeviceLimits device, long address) {
        return device.reserved().stream()
                .filter(region -> region.range().contains(address))
                .map(region -> "reserved (" + region.type() + ") by " + device.device())
                .findFirst()
                .orElseGet(() -> outside(device, address));
    }

    private static String outside(DeviceLimits device, long address) {
        List<AddressRange> usable = device.usable().ranges();
        boolean hole = !usable.isEmpty()
                && Long.compareUnsigned(usable.getFirst().start(), address) < 0
                && Long.compareUnsigned(address, usable.getLast().last()) < 0;
        return (hole ? "reserved by " : "outside the aperture of ") + device.device();
    }

    @Override
    public boolean equals(Object other) {
        return other == this
                || other instanceof IovaLimits limits
                        && alignment == limits.alignment
                        && apart.equals(limits.apart)
                        && devices.equals(limits.devices);
    }

    @Override
    public int hashCode() {
        return devices.hashCode() * 31 + Long.hashCode(alignment);
    }

    @Override
    public String toString() {
        return "usable " + usable + ", alignment 0x" + Long.toHexString(alignment);
    }
}

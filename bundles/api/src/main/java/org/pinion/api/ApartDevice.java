package org.pinion.api;

import java.util.Objects;
import java.util.stream.Collectors;

/**
 * A device that has an IO address space of its own beside that of the other devices of its address space, since a
 * policy says so: it reaches the same memory at the same addresses, but for those that it forbids; the others keep
 * these. Pages are pinned once for both.
 *
 * @param limits what the device allows
 * @param rule the rule that says so, such as {@code strict/apart}
 * @param reason why, a sentence for people
 * @param withheld the addresses for the sake of which it is apart: the others reach them, and the device does not; nor
 *     does it reach whatever else it forbids
 */
public record ApartDevice(DeviceLimits limits, String rule, String reason, RangeSet withheld) {

    /** Checks that nothing is null. */
    public ApartDevice {
        Objects.requireNonNull(limits, "limits");
        Objects.requireNonNull(rule, "rule");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(withheld, "withheld");
    }

    /** {@return the device's address} */
    public String device() {
        return limits.device();
    }

    /**
     * What of a range the device reaches if it is mapped for the others.
     *
     * @param range some addresses
     * @return the whole units of the device's alignment that it can use
     */
    public RangeSet reached(AddressRange range) {
        return limits.reached(range);
    }

    /** {@return which device is apart, by which rule, why, and what it does not reach: a sentence} */
    public String sentence() {
        return "%s has an IO address space of its own by rule %s: %s; it does not reach %s"
                .formatted(device(), rule, reason, lacks());
    }

    /** {@return the addresses for the sake of which it is apart, for people} */
    public String lacks() {
        return withheld.ranges().stream().map(AddressRange::toString).collect(Collectors.joining(", "));
    }
}

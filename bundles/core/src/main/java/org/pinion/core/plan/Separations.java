package org.pinion.core.plan;

import java.util.SortedMap;
import java.util.TreeMap;
import org.pinion.api.ApartDevice;
import org.pinion.api.DeviceLimits;
import org.pinion.api.IovaLimits;
import org.pinion.api.RangeSet;
import org.pinion.spi.policy.Conflict;

/** Collects which devices the policies want to be apart, while a plan is made with them together. */
final class Separations {

    private final IovaLimits limits;
    private final String oneSpaceOnly;
    private final SortedMap<String, ApartDevice> wanted = new TreeMap<>();

    /**
     * @param limits what the devices allow
     * @param oneSpaceOnly why no device can be apart; empty if it can
     */
    Separations(IovaLimits limits, String oneSpaceOnly) {
        this.limits = limits;
        this.oneSpaceOnly = oneSpaceOnly;
    }

    /** Takes a conflict; conflicts come in the order of their addresses, and the first says why. */
    void add(Conflict conflict, String rule, String reason) {
        RangeSet withheld = RangeSet.of(conflict.range());
        for (DeviceLimits device : limits.devices()) {
            if (conflict.devices().contains(device.device())) {
                wanted.merge(device.device(), new ApartDevice(device, rule, reason, withheld), Separations::joined);
            }
        }
    }

    /** {@return the same device with the addresses that both withhold, for the reason of the first} */
    static ApartDevice joined(ApartDevice first, ApartDevice next) {
        return new ApartDevice(
                first.limits(), first.rule(), first.reason(), first.withheld().union(next.withheld()));
    }

    /** {@return why a plan with the devices together is refused} */
    String obstacle(String reason) {
        return oneSpaceOnly.isEmpty() ? reason : reason + "; no device can be apart here: " + oneSpaceOnly;
    }

    /** {@return the devices that are wanted apart, by address} */
    SortedMap<String, ApartDevice> wanted() {
        return wanted;
    }
}

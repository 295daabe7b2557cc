package org.pinion.spi.policy;

import java.util.List;
import java.util.Objects;
import org.pinion.api.AddressRange;
import org.pinion.api.SectionKind;

/**
 * Addresses of a part that is to be mapped and that at least one device cannot use.
 *
 * @param range the addresses
 * @param forbiddenBy who forbids them, as {@code "reserved (msi) by 0000:01:00.0"}
 * @param devices the addresses of the devices that forbid them, sorted
 */
public record Conflict(AddressRange range, String forbiddenBy, List<String> devices) {

    /** Checks that nothing is null and copies the list. */
    public Conflict {
        Objects.requireNonNull(range, "range");
        Objects.requireNonNull(forbiddenBy, "forbiddenBy");
        devices = List.copyOf(devices);
    }

    /**
     * A conflict with nobody in particular.
     *
     * @param range the addresses
     * @param forbiddenBy who forbids them
     */
    public Conflict(AddressRange range, String forbiddenBy) {
        this(range, forbiddenBy, List.of());
    }

    /**
     * What a policy that has no wish of its own says: RAM is refused, all else is carved.
     *
     * @param candidate the part that is to be mapped
     * @param conflict the addresses that cannot be used
     * @return the verdict
     */
    public static Verdict verdict(Candidate candidate, Conflict conflict) {
        String reason = "%s is %s; section '%s' overlaps it by 0x%x bytes"
                .formatted(
                        conflict.range(),
                        conflict.forbiddenBy(),
                        candidate.section().name(),
                        conflict.range().size());
        return candidate.section().kind() == SectionKind.RAM
                ? Verdict.refuse(
                        "ram-reserved",
                        reason,
                        "keep the guest's RAM out of " + conflict.range() + ", or leave the device out")
                : Verdict.skip("reserved", reason);
    }
}

package org.pinion.emulator.host;

import java.util.Objects;

/**
 * A range that a device cannot use.
 *
 * @param range the range
 * @param type why
 */
public record ReservedRegion(IovaRange range, ReservedType type) {

    /** Checks that nothing is null. */
    public ReservedRegion {
        Objects.requireNonNull(range, "range");
        Objects.requireNonNull(type, "type");
    }
}

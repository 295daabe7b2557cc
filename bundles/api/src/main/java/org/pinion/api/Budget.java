package org.pinion.api;

import java.util.Objects;
import java.util.OptionalLong;

/**
 * How much more an address space can hold, as far as its backend can tell.
 *
 * @param memlock bytes that may be locked and pinned in all ({@code RLIMIT_MEMLOCK}); empty if the kernel does not hold
 *     this process to a limit, or the backend cannot tell
 * @param locked bytes of it that are in use
 * @param entries mappings that may still be made; empty if their number is not limited or not known
 */
public record Budget(OptionalLong memlock, long locked, OptionalLong entries) {

    /** No limit is known. */
    public static final Budget UNKNOWN = new Budget(OptionalLong.empty(), 0, OptionalLong.empty());

    /** Checks that nothing is null. */
    public Budget {
        Objects.requireNonNull(memlock, "memlock");
        Objects.requireNonNull(entries, "entries");
    }

    /** {@return bytes that may still be pinned; empty if there is no limit or none is known} */
    public OptionalLong pinnable() {
        return memlock.isPresent()
                ? OptionalLong.of(Math.max(0, memlock.getAsLong() - locked))
                : OptionalLong.empty();
    }

    /**
     * What the limit would have to be.
     *
     * @param bytes that are to be pinned in addition
     * @return bytes to raise {@link #memlock} to; empty if they fit
     */
    public OptionalLong raiseFor(long bytes) {
        OptionalLong pinnable = pinnable();
        return pinnable.isPresent() && bytes > pinnable.getAsLong()
                ? OptionalLong.of(locked + bytes)
                : OptionalLong.empty();
    }

    /**
     * Whether the kernel takes so many mappings more.
     *
     * @param more mappings to be made in addition, less than 0 if there will be fewer
     * @return whether they fit, as far as is known
     */
    public boolean takes(long more) {
        return more <= 0 || entries.isEmpty() || more <= entries.getAsLong();
    }
}

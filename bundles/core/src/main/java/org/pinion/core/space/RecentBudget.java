package org.pinion.core.space;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.pinion.api.Budget;
import org.pinion.api.IommuException;

/**
 * What the kernel would still take, asked for when it may matter: a backend reads files of {@code /proc} for it, which
 * takes longer than a small change itself. What was read stays good for a moment, for changes that together ask for
 * less than half of what was left then; the other half is for whoever else the limit counts for. Used by the space's
 * writer alone.
 */
final class RecentBudget {

    private static final long GOOD_NANOS = Duration.ofSeconds(1).toNanos();

    private final Supplier<Budget> now;
    private Budget read;
    private long readAt;
    private long askedBytes;
    private long askedEntries;

    /**
     * @param now asks the backend
     */
    RecentBudget(Supplier<Budget> now) {
        this.now = now;
    }

    /** Throws if the change does not fit. */
    void require(String operation, PinDemand demand) throws IommuException {
        long bytes = Math.max(0, demand.more());
        long entries = Math.max(0, demand.entries());
        if (bytes == 0 && entries == 0) {
            return;
        }
        if (!fits(bytes, entries)) {
            read = now.get();
            readAt = System.nanoTime();
            askedBytes = 0;
            askedEntries = 0;
            demand.require(operation, read);
        }
        askedBytes += bytes;
        askedEntries += entries;
    }

    /** What was read does not count any more. */
    void forget() {
        read = null;
    }

    private boolean fits(long bytes, long entries) {
        return read != null
                && System.nanoTime() - readAt < GOOD_NANOS
                && isLessThanHalf(askedBytes + bytes, read.pinnable())
                && isLessThanHalf(askedEntries + entries, read.entries());
    }

    private static boolean isLessThanHalf(long asked, OptionalLong left) {
        return left.isEmpty() || asked <= left.getAsLong() / 2;
    }
}

package org.pinion.core.space;

import java.time.Duration;
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
    private long asked;

    /**
     * @param now asks the backend
     */
    RecentBudget(Supplier<Budget> now) {
        this.now = now;
    }

    /** Throws if the change does not fit. */
    void require(String operation, PinDemand demand) throws IommuException {
        long more = demand.more();
        if (more <= 0) {
            return;
        }
        if (!fits(more)) {
            read = now.get();
            readAt = System.nanoTime();
            asked = 0;
            demand.require(operation, read);
        }
        asked += more;
    }

    private boolean fits(long more) {
        if (read == null || System.nanoTime() - readAt >= GOOD_NANOS) {
            return false;
        }
        return read.pinnable().isEmpty() || asked + more <= read.pinnable().getAsLong() / 2;
    }
}

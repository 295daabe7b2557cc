package org.pinion.core;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The configured times; a change takes effect with the next call or wait. */
final class Settings {

    static final long PLUGIN_BUDGET = 5_000;
    static final long SOURCE_BUDGET = 30_000;
    static final long WRITER_WAIT = 30_000;
    static final long REPLACEMENT_WAIT = 5_000;

    private static final Logger LOG = LoggerFactory.getLogger(Settings.class);

    private volatile Duration pluginBudget = Duration.ofMillis(PLUGIN_BUDGET);
    private volatile Duration sourceBudget = Duration.ofMillis(SOURCE_BUDGET);
    private volatile Duration writerWait = Duration.ofMillis(WRITER_WAIT);
    private volatile Duration replacementWait = Duration.ofMillis(REPLACEMENT_WAIT);

    /** Takes times in milliseconds; one that is not positive is reported, and its default stands in. */
    void set(long budget, long source, long wait, long replacement) {
        pluginBudget = Duration.ofMillis(positive("plugin.budget", budget, PLUGIN_BUDGET));
        sourceBudget = Duration.ofMillis(positive("source.budget", source, SOURCE_BUDGET));
        writerWait = Duration.ofMillis(positive("writer.wait", wait, WRITER_WAIT));
        replacementWait = Duration.ofMillis(positive("replacement.wait", replacement, REPLACEMENT_WAIT));
    }

    Duration pluginBudget() {
        return pluginBudget;
    }

    Duration sourceBudget() {
        return sourceBudget;
    }

    Duration writerWait() {
        return writerWait;
    }

    Duration replacementWait() {
        return replacementWait;
    }

    private static long positive(String key, long value, long standIn) {
        if (value > 0) {
            return value;
        }
        LOG.warn("org.pinion.core: {} is {}, but must be at least 1 ms; using {} ms", key, value, standIn);
        return standIn;
    }
}

package org.pinion.core.plugin;

import java.time.Duration;
import java.util.function.Supplier;
import org.pinion.api.DmaTopics;
import org.pinion.core.space.Events;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the log and listeners, once a call, of backends that are still at work when others wait no longer. That may be
 * the kernel pinning much memory, so it does not count as a failure.
 */
public final class SlowCalls {

    private static final Logger LOG = LoggerFactory.getLogger(SlowCalls.class);
    private static final int LOOKS = 4;

    private final CallsUnderWay calls;
    private final PluginNews news;
    private final Supplier<Duration> longest;
    private final Thread thread = Thread.ofPlatform().daemon().name("pinion-slow-calls").unstarted(this::watch);

    /**
     * @param calls the calls
     * @param events takes what is told
     * @param longest how long a call may take without being told, asked each time
     */
    public SlowCalls(CallsUnderWay calls, Events events, Supplier<Duration> longest) {
        this.calls = calls;
        this.news = new PluginNews(events);
        this.longest = longest;
    }

    /** Begins to watch. */
    public void start() {
        thread.start();
    }

    /** Watches no longer. */
    public void stop() {
        thread.interrupt();
    }

    private void watch() {
        try {
            while (true) {
                Duration time = longest.get();
                Thread.sleep(time.dividedBy(LOOKS));
                calls.longerThan(time).forEach(this::tell);
            }
        } catch (InterruptedException stopped) {
            LOG.trace("calls are watched no longer");
        }
    }

    private void tell(CallsUnderWay.Call call) {
        if (call.tell()) {
            LOG.warn("{}: what else is to be done there waits", call);
            news.post(DmaTopics.PLUGIN_SLOW, call.plugin(), call.toString());
        }
    }
}

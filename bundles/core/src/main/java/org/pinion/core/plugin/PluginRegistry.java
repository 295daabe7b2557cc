package org.pinion.core.plugin;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.pinion.api.DmaTopics;
import org.pinion.api.IommuException;
import org.pinion.api.runtime.PluginInfo;
import org.pinion.core.space.Events;
import org.pinion.spi.backend.Availability;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows every plugin that is there and which of them is in use. Keyed by service: the departure of an old service never
 * takes its replacement with it. No lock is held while a plugin or a listener is called.
 */
public final class PluginRegistry {

    private static final Logger LOG = LoggerFactory.getLogger(PluginRegistry.class);
    private static final int FAILURES_ALLOWED = 3;
    private static final Duration NOTEWORTHY = Duration.ofMillis(100);

    private final Map<Key, Seat> seats = new ConcurrentHashMap<>();
    private final Guard guard;
    private final Trial trial;
    private final PluginNews news;
    private final Executor executor;
    private final PluginListener listener;
    private final Absences absences;
    private final CallsUnderWay underWay = new CallsUnderWay();

    /** Counts what may change which plugins are in use; what was found out before the last change is out of date. */
    private final AtomicLong changes = new AtomicLong();

    private final Map<PluginKind, InUse> inUse = new ConcurrentHashMap<>();

    record Key(PluginKind kind, long id) {}

    private record InUse(long changes, List<Plugin> plugins) {}

    /**
     * @param guard runs what asks plugins
     * @param events takes arrivals, departures and failures
     * @param executor the core's own thread; what plans follow from arrivals and departures is seen to there
     * @param listener told what follows
     * @param absence how long plans wait for a plugin that is being replaced, asked each time
     */
    public PluginRegistry(
            Guard guard, Events events, Executor executor, PluginListener listener, Supplier<Duration> absence) {
        this.absences = new Absences(absence);
        this.guard = guard;
        this.trial = new Trial(guard);
        this.news = new PluginNews(events);
        this.executor = executor;
        this.listener = listener;
    }

    /**
     * A service was registered.
     *
     * @param plugin the plugin
     */
    public void arrived(Plugin plugin) {
        seat(plugin, "arrived");
    }

    /**
     * A service's properties or configuration changed in place: it is tried out anew, also if it was in quarantine, and
     * plans are made anew where it has a say in them.
     *
     * @param plugin the plugin as it is now
     */
    public void changed(Plugin plugin) {
        seat(plugin, "changed");
    }

    private void seat(Plugin plugin, String how) {
        Seat seat = new Seat(plugin, this::tryOut);
        Seat before = seats.put(keyOf(plugin), seat);
        changes.incrementAndGet();
        boolean awaited = absences.end(plugin);
        boolean wasUsed = before != null && before.quarantine().isEmpty();
        news.post(DmaTopics.PLUGIN_ARRIVED, plugin, "");
        Runnable planning = listener.plansMayChange(plugin + " " + how);
        executor.execute(() -> {
            seat.settle();
            // What waited for it, or was planned with what it said, is planned without it if it is sick.
            if (plugin.kind().shapesPlans() && (seat.healthy() || awaited || wasUsed)) {
                planning.run();
            }
        });
        if (plugin.kind() == PluginKind.BACKEND && plugin.isMade()) {
            listener.backendArrived(plugin);
        }
    }

    /**
     * A service is being unregistered.
     *
     * @param kind its kind
     * @param id its service id
     * @param replaced whether it, or another bundle, is likely to be back soon
     */
    public void left(PluginKind kind, long id, boolean replaced) {
        Key key = new Key(kind, id);
        Seat seat = seats.get(key);
        if (seat == null) {
            return;
        }
        Plugin plugin = seat.plugin();
        Runnable followUp = () -> executor.execute(listener.plansMayChange(plugin + " left"));
        boolean awaited = kind.shapesPlans() && replaced && seat.quarantine().isEmpty() && !hasOther(plugin);
        if (awaited) {
            // Before anybody can see that it is gone.
            absences.begin(plugin, followUp);
        }
        seats.remove(key);
        changes.incrementAndGet();
        // Nobody may ask about this kind for long, and the plugin's class loader is to go.
        inUse.remove(kind);
        guard.renew();
        news.post(DmaTopics.PLUGIN_LEFT, plugin, "");
        if (kind == PluginKind.BACKEND) {
            listener.backendLeft(plugin, replaced);
        } else if (kind.shapesPlans() && !awaited) {
            followUp.run();
        }
    }

    /**
     * A service that left, to be back soon as it seemed, is not waited for any more.
     *
     * @param kind its kind
     * @param id its service id
     */
    public void gone(PluginKind kind, long id) {
        if (kind == PluginKind.BACKEND) {
            listener.backendGone(id);
        } else {
            absences.giveUp(kind, id);
        }
    }

    /** {@return whether another plugin of the name is there, or will be when its trial has ended} */
    private boolean hasOther(Plugin plugin) {
        return seats.values().stream()
                .filter(seat -> seat.quarantine().isEmpty())
                .map(Seat::plugin)
                .filter(other -> other.kind() == plugin.kind() && other.name().equals(plugin.name()))
                .anyMatch(other -> other.id() != plugin.id());
    }

    /** {@return numbers that tell these plugins from others, and from what they were before a change} */
    List<Long> editions(List<Plugin> plugins) {
        return plugins.stream().map(this::edition).toList();
    }

    private long edition(Plugin plugin) {
        Seat seat = seats.get(keyOf(plugin));
        return seat == null ? -plugin.id() : seat.edition();
    }

    /** {@return what sessions and devices of backends are being asked} */
    public CallsUnderWay underWay() {
        return underWay;
    }

    /** Nobody waits any more for plugins that are being replaced. */
    public void stop() {
        absences.endAll();
    }

    /**
     * Whom a plan asks.
     *
     * @param classifiers all that are in use
     * @param policies those that the space requires
     */
    record Asked(List<Plugin> classifiers, List<Plugin> policies) {}

    /**
     * Finds whom a plan is to ask, all of them there at one moment.
     *
     * @throws IommuException if a policy is not there, or the bundle of a plugin that is needed is being replaced
     */
    Asked toAsk(String operation, List<String> policies) throws IommuException {
        while (true) {
            long before = changes.get();
            List<Plugin> classifiers = inUse(PluginKind.CLASSIFIER);
            List<Plugin> required = new ArrayList<>();
            for (String name : policies) {
                find(PluginKind.POLICY, name).ifPresent(required::add);
            }
            absences.requireNone(operation, policies);
            if (changes.get() == before && required.size() == policies.size()) {
                return new Asked(classifiers, required);
            }
            if (changes.get() == before) {
                requireAll(operation, policies);
            }
        }
    }

    /**
     * @param kind a kind
     * @return the plugins of that kind in use, one a name, sorted by name; waits for trials, within the guard's budget
     */
    public List<Plugin> inUse(PluginKind kind) {
        long now = changes.get();
        InUse known = inUse.get(kind);
        return known != null && known.changes == now ? known.plugins : settled(kind, now);
    }

    private List<Plugin> settled(PluginKind kind, long now) {
        List<Seat> ofKind = seats.values().stream()
                .filter(seat -> seat.plugin().kind() == kind)
                .toList();
        ofKind.forEach(Seat::settle);
        List<Plugin> settled = List.copyOf(best(kind).values());
        // Whoever was interrupted while a trial ran knows less than others will.
        if (ofKind.stream().noneMatch(Seat::onTrial)) {
            inUse.put(kind, new InUse(now, settled));
        }
        return settled;
    }

    /**
     * @param kind a kind
     * @param name a name
     * @param operation what it is needed for
     * @return the plugin in use of that kind and name
     * @throws IommuException if there is none; the message names those that are there
     */
    public Plugin require(PluginKind kind, String name, String operation) throws IommuException {
        Optional<Plugin> found = find(kind, name);
        if (found.isPresent()) {
            return found.get();
        }
        List<Plugin> there = inUse(kind);
        String names = there.isEmpty()
                ? "none is there"
                : "there are: " + String.join(", ", there.stream().map(Plugin::name).toList());
        throw new IommuException(
                operation,
                "%s '%s' is %s; %s".formatted(kind.word(), name, absence(kind, name), names),
                "install or start the bundle that provides it");
    }

    private void requireAll(String operation, List<String> policies) throws IommuException {
        for (String name : policies) {
            require(PluginKind.POLICY, name, operation);
        }
    }

    /**
     * @param kind a kind
     * @param name a name
     * @return the plugin in use of that kind and name; empty if there is none
     */
    public Optional<Plugin> find(PluginKind kind, String name) {
        return inUse(kind).stream().filter(plugin -> plugin.name().equals(name)).findFirst();
    }

    /**
     * @param plugin a plugin
     * @return whether its service is still there
     */
    public boolean has(Plugin plugin) {
        return seats.containsKey(keyOf(plugin));
    }

    /**
     * Remembers what a backend found on this host.
     *
     * @param backend the backend
     * @return its answer
     * @throws IommuException if it does not answer
     */
    public Availability probe(Plugin backend) throws IommuException {
        try {
            Availability answer = trial.probe(backend);
            Optional.ofNullable(seats.get(keyOf(backend))).ifPresent(seat -> seat.found(answer));
            succeeded("probe", List.of(backend));
            return answer;
        } catch (PluginFailure failure) {
            failed("probe", failure);
            throw failure.toIommuException("probe what backend '" + backend.name() + "' can do here");
        }
    }

    /** {@return every plugin, sorted by kind and name; never waits} */
    public List<PluginInfo> plugins() {
        return seats.values().stream()
                .map(this::info)
                .sorted(Comparator.comparing(PluginInfo::kind)
                        .thenComparing(PluginInfo::name)
                        .thenComparing(PluginInfo::state)
                        .thenComparing(PluginInfo::bundle))
                .toList();
    }

    /** {@return which kernel the backends talk to, empty if none has said; never waits} */
    public String kernel() {
        return Seat.kernel(seats.values());
    }

    /** A plugin that was good failed when it was asked for something. */
    void failed(String asked, PluginFailure failure) {
        Plugin plugin = failure.plugin();
        news.post(DmaTopics.PLUGIN_FAILED, plugin, failure.getMessage());
        Seat seat = seats.get(keyOf(plugin));
        if (seat != null && seat.failed(asked) == FAILURES_ALLOWED) {
            seat.quarantine("failed %d times in a row, last: %s".formatted(FAILURES_ALLOWED, failure.getMessage()));
            changes.incrementAndGet();
            executor.execute(listener.plansMayChange(plugin + " was quarantined"));
        }
    }

    /**
     * Tries plugins out again that are in quarantine.
     *
     * @param name their name
     * @return how many
     */
    public int release(String name) {
        List<Plugin> sick = seats.values().stream()
                .filter(seat -> !seat.quarantine().isEmpty() && seat.plugin().name().equals(name))
                .map(Seat::plugin)
                .toList();
        sick.forEach(plugin -> Unmade.tryAgain(plugin, this::arrived));
        return sick.size();
    }

    /** Plugins answered as they should when they were asked for something. */
    void succeeded(String asked, Collection<Plugin> plugins) {
        for (Plugin plugin : plugins) {
            Optional.ofNullable(seats.get(keyOf(plugin))).ifPresent(seat -> seat.succeeded(asked));
        }
    }

    private void tryOut(Seat seat) {
        Plugin plugin = seat.plugin();
        try {
            if (plugin.kind() == PluginKind.BACKEND) {
                seat.found(trial.probe(plugin));
            } else {
                trial.tryOut(plugin);
            }
        } catch (PluginFailure failure) {
            seat.quarantine("failed its trial: " + failure.getMessage());
            changes.incrementAndGet();
            news.post(DmaTopics.PLUGIN_FAILED, plugin, failure.getMessage());
        } catch (IommuException answer) {
            // That a classifier cannot find out, or that whoever ran the trial was interrupted, does not make it sick.
            LOG.debug("the trial of {} was not conclusive: {}", plugin, answer.getMessage());
        }
    }

    /** {@return the plugins that are in use or would be but for a trial not yet ended, by name} */
    private Map<String, Plugin> best(PluginKind kind) {
        Map<String, Plugin> best = new TreeMap<>();
        for (Seat seat : seats.values()) {
            if (seat.plugin().kind() == kind && seat.healthy()) {
                best.merge(seat.plugin().name(), seat.plugin(), (a, b) -> a.precedes(b) ? a : b);
            }
        }
        return best;
    }

    private String absence(PluginKind kind, String name) {
        return seats.values().stream()
                .filter(seat -> seat.plugin().kind() == kind && seat.plugin().name().equals(name))
                .map(seat -> "quarantined (" + seat.plugin() + " " + seat.quarantine() + ")")
                .sorted()
                .findFirst()
                .orElse("not there");
    }

    private PluginInfo info(Seat seat) {
        Plugin plugin = seat.plugin();
        Plugin used = best(plugin.kind()).getOrDefault(plugin.name(), plugin);
        return seat.info(used, underWay.of(plugin, NOTEWORTHY));
    }

    static Key keyOf(Plugin plugin) {
        return new Key(plugin.kind(), plugin.id());
    }
}

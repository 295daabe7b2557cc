package org.pinion.core;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicReference;
import org.pinion.api.AddressSpace;
import org.pinion.api.CommitReport;
import org.pinion.api.DmaTopics;
import org.pinion.api.IommuException;
import org.pinion.api.SpaceOptions;
import org.pinion.api.SpaceSnapshot;
import org.pinion.core.plugin.BoundedCalls;
import org.pinion.core.plugin.Plugin;
import org.pinion.core.plugin.PluginKind;
import org.pinion.core.plugin.PluginRegistry;
import org.pinion.core.space.Events;
import org.pinion.core.space.PlanMaker;
import org.pinion.core.space.Space;
import org.pinion.core.space.SpaceEnvironment;
import org.pinion.core.space.Successor;
import org.pinion.spi.backend.Availability;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.IommuBackend;
import org.pinion.spi.holder.HeldSpace;
import org.pinion.spi.holder.SpaceHolder;
import org.pinion.spi.holder.SpaceKeeper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The open address spaces, by name. */
final class Spaces {

    private static final Logger LOG = LoggerFactory.getLogger(Spaces.class);

    private final PluginRegistry registry;
    private final BoundedCalls calls;
    private final SpaceEnvironment environment;
    private final Endings endings;
    private final Map<String, Entry> entries = new ConcurrentSkipListMap<>();
    private volatile String kernelGone = "";
    private final AtomicReference<SpaceKeeper> keeper = new AtomicReference<>();

    /** A name that is taken: by a space, or by one that is just being opened. */
    private record Entry(Plugin backend, Space space) {}

    Spaces(PluginRegistry registry, BoundedCalls calls, PlanMaker planner, Events events, Settings settings) {
        this.registry = registry;
        this.calls = calls;
        environment = new SpaceEnvironment(
                planner, events, settings::writerWait, settings::replacementWait, this::forget, registry.underWay(),
                () -> Optional.ofNullable(keeper.get()));
        endings = new Endings(registry.underWay(), settings::writerWait);
    }

    AddressSpace open(SpaceOptions options) throws IommuException {
        String operation = "open address space '" + options.name() + "'";
        Plugin backend = registry.require(PluginKind.BACKEND, options.backend(), operation);
        for (String policy : options.policies()) {
            registry.require(PluginKind.POLICY, policy, operation);
        }
        if (entries.putIfAbsent(options.name(), new Entry(backend, null)) != null) {
            throw new IommuException(operation, "the name is taken by an open space", "choose another name");
        }
        try {
            return enter(backend, opened(backend, options, operation));
        } catch (IommuException failure) {
            entries.remove(options.name());
            throw failure;
        }
    }

    private Space opened(Plugin backend, SpaceOptions options, String operation) throws IommuException {
        BackendSession session = session(backend, options.name(), operation);
        try {
            return new Space(options, session, environment);
        } catch (IommuException useless) {
            calls.close(operation, backend, session);
            throw useless;
        }
    }

    private BackendSession session(Plugin backend, String name, String operation) throws IommuException {
        Availability availability = registry.probe(backend);
        if (!availability.available()) {
            throw new IommuException(
                    operation,
                    "backend '%s' cannot work here: %s".formatted(backend.name(), availability.detail()),
                    "");
        }
        return calls.open(operation, backend, name);
    }

    /** The backend may have left while it was opening the space, when there was no space to tell. */
    private Space enter(Plugin backend, Space space) {
        entries.put(space.options().name(), new Entry(backend, space));
        if (!registry.has(backend)) {
            leave(space, backend, true);
        }
        environment.events().post(DmaTopics.SPACE_OPENED, Map.of(
                DmaTopics.SPACE, space.options().name(), DmaTopics.CAUSE, "open", DmaTopics.VERSION, 0L));
        return space;
    }

    List<Space> all() {
        return entries.values().stream()
                .map(Entry::space)
                .filter(space -> space != null)
                .toList();
    }

    List<SpaceSnapshot> snapshots() {
        return all().stream().map(Space::snapshot).toList();
    }

    Optional<AddressSpace> find(String name) {
        return Optional.ofNullable(entries.get(name)).map(Entry::space);
    }

    /** {@return plans those spaces anew that are open now} */
    Runnable planningAnew(String cause) {
        List<Space> open = all();
        return () -> open.forEach(space -> space.replan(cause));
    }

    void backendLeft(Plugin backend, boolean replaced) {
        for (Entry entry : entries.values()) {
            if (entry.space() != null && entry.backend().id() == backend.id()) {
                leave(entry.space(), backend, replaced);
            }
        }
    }

    /** Nobody waits any more for the successor of a backend that left. */
    void backendGone(long id) {
        for (Entry entry : entries.values()) {
            if (entry.space() != null && entry.backend().id() == id) {
                entry.space().succession().giveUp(entry.backend() + " left, and its bundle was uninstalled");
            }
        }
    }

    /** What spaces have open belongs to a Kernel service that leaves: nobody can go on with it. */
    void kernelLeft(String who) {
        kernelGone = who + ": it must not be exchanged while address spaces are open; close them and open them again";
        List<Space> open = all();
        if (open.isEmpty()) {
            return;
        }
        LOG.error("{}. Open are: {}", kernelGone, String.join(", ", open.stream().map(Spaces::nameOf).toList()));
        for (Space space : open) {
            // Its backend may have left before this, or leaves after it, since it has no Kernel any more.
            if (registry.find(PluginKind.BACKEND, space.options().backend()).isEmpty()) {
                space.succession().giveUp(kernelGone);
            }
            tell(DmaTopics.SPACE_HELD, space, who, kernelGone);
        }
    }

    void kernelArrived() {
        kernelGone = "";
    }

    private void tell(String topic, Space space, String cause, String reason) {
        environment.events().post(topic, Map.of(
                DmaTopics.SPACE, nameOf(space),
                DmaTopics.CAUSE, cause,
                DmaTopics.REASON, reason,
                DmaTopics.VERSION, space.snapshot().version()));
    }

    private static String nameOf(Space space) {
        return space.options().name();
    }

    /** Whoever is there already goes on at once; else whoever comes next. */
    private void leave(Space space, Plugin backend, boolean replaced) {
        Optional<Plugin> next = registry.find(PluginKind.BACKEND, backend.name());
        String gone = kernelGone;
        String who = gone.isEmpty() ? backend.toString() : backend + ", whose kernel is gone (" + gone + "),";
        space.succession().leave(who, replaced && gone.isEmpty(), next.flatMap(this::willing),
                () -> isOn(space, backend));
        next.ifPresent(plugin -> adopt(space, plugin));
    }

    private boolean isOn(Space space, Plugin backend) {
        Entry entry = entries.get(space.options().name());
        return entry != null && entry.space() == space && entry.backend().id() == backend.id();
    }

    /** {@return who goes on; empty if it cannot even say what it adopts} */
    private Optional<Successor> willing(Plugin backend) {
        try {
            return Optional.of(successor(backend));
        } catch (IommuException sick) {
            LOG.warn("{}", sick.getMessage());
            return Optional.empty();
        }
    }

    void backendArrived(Plugin backend) {
        all().forEach(space -> adopt(space, backend));
    }

    private void adopt(Space space, Plugin backend) {
        if (!isOf(space, backend) || !space.succession().waiting() || !registry.has(backend)) {
            return;
        }
        try {
            adopt(space, backend, Optional.empty());
        } catch (IommuException refused) {
            LOG.error("{}", refused.getMessage());
            tell(DmaTopics.SPACE_REFUSED, space, backend + " arrived", refused.getMessage());
        }
    }

    private void adopt(Space space, Plugin backend, Optional<Successor> former) throws IommuException {
        space.succession().adopt(successor(backend), former);
        entries.computeIfPresent(
                space.options().name(), (_, entry) -> entry.space() == space && isOf(space, backend)
                        ? new Entry(backend, space)
                        : entry);
        if (!registry.has(backend)) {
            leave(space, backend, true);
        }
    }

    private static boolean isOf(Space space, Plugin backend) {
        return space.options().backend().equals(backend.name());
    }

    private Successor successor(Plugin backend) throws IommuException {
        IommuBackend service = (IommuBackend) backend.service();
        return new Successor(
                backend.name(),
                backend.toString(),
                (name, handOver) -> calls.adopt("have '" + name + "' adopted", backend, name, handOver),
                calls.ask("adopts", "ask what it adopts", backend, service::adopts));
    }

    /** Has the backend in use go on with a space, whoever has it now. */
    void adopt(String name) throws IommuException {
        String operation = "have '" + name + "' adopted";
        Entry entry = require(name, operation);
        Plugin next = registry.require(PluginKind.BACKEND, entry.backend().name(), operation);
        boolean there = registry.has(entry.backend());
        if (there && next.id() == entry.backend().id()) {
            return;
        }
        adopt(entry.space(), next, there ? willing(entry.backend()) : Optional.empty());
    }

    private Entry require(String name, String operation) throws IommuException {
        Entry entry = entries.get(name);
        if (entry == null || entry.space() == null) {
            throw new IommuException(operation, "there is no address space of that name", "");
        }
        return entry;
    }

    /** Moves a space to another backend. */
    CommitReport move(String name, String backend) throws IommuException {
        String operation = "move of '%s' to %s".formatted(name, backend);
        Space space = require(name, operation).space();
        SpaceSnapshot now = space.snapshot();
        if (now.options().backend().equals(backend)) {
            return new CommitReport(now.plan(), List.of(), List.of(), now.ledger().mappedBytes());
        }
        Plugin target = registry.require(PluginKind.BACKEND, backend, operation);
        CommitReport report = space.moves().run(
                backend,
                () -> session(target, name, operation),
                () -> entries.replace(name, new Entry(target, space)));
        if (!registry.has(target)) {
            leave(space, target, true);
        }
        return report;
    }

    /** From now on spaces are kept beyond this process, those that are to be among them. */
    void keepWith(SpaceKeeper arrived) {
        if (keeper.getAndSet(arrived) != arrived) {
            all().forEach(Space::keepOn);
        }
    }

    void keepNoLongerWith(SpaceKeeper leaving) {
        keeper.compareAndSet(leaving, null);
    }

    /** The process is about to end: what is to outlive it is left as it is, and the rest is closed. */
    void leaveAll() {
        endings.all(all(), this::leave);
    }

    private void leave(Space space) throws IommuException {
        try {
            if (space.leave()) {
                LOG.info("address space '{}' is left to the next process", nameOf(space));
                forget(space);
                return;
            }
        } catch (IommuException busy) {
            LOG.error("address space '{}' is not left to the next process: {}", nameOf(space), busy.getMessage());
        }
        space.close();
    }

    void closeAll() {
        endings.all(all(), Space::close);
    }

    /** Leaves every space to the next core; one that cannot be left is closed. */
    void holdAll(SpaceHolder holder) {
        endings.all(all(), space -> hold(space, holder));
    }

    private void hold(Space space, SpaceHolder holder) throws IommuException {
        HeldSpace held;
        try {
            held = space.hold();
        } catch (IommuException stays) {
            LOG.error("address space '{}' does not outlive the core: {}", nameOf(space), stays.getMessage());
            space.close();
            return;
        }
        entries.remove(nameOf(space));
        if (endings.over()) {
            // The next core has taken what was held, and would not look again.
            held.giveBack("close '" + nameOf(space) + "', which was handed over too late");
        } else {
            holder.hold(held);
        }
    }

    /** Goes on with spaces of another core. */
    void goOnWith(List<HeldSpace> held) {
        for (HeldSpace each : held) {
            try {
                requireFree(each.name());
                Space space = new Space(each, environment);
                String backend = space.options().backend();
                Plugin gone = new Plugin(PluginKind.BACKEND, backend, "(of another core)", -1, 0, each);
                entries.put(each.name(), new Entry(gone, space));
                registry.find(PluginKind.BACKEND, backend).ifPresent(plugin -> adopt(space, plugin));
            } catch (IommuException | RuntimeException unusable) {
                LOG.error("address space '{}' is closed, since the core cannot go on with it: {}", each.name(),
                        unusable.getMessage());
                giveBack(each);
            }
        }
    }

    private void requireFree(String name) {
        if (entries.containsKey(name)) {
            throw new IllegalStateException("an address space of that name was opened meanwhile");
        }
    }

    private void giveBack(HeldSpace unusable) {
        try {
            if (unusable.formerProcess() && keeper.get() != null) {
                keeper.get().keep(unusable.name()).end();
            }
            unusable.giveBack("close '" + unusable.name() + "'");
        } catch (IommuException failure) {
            LOG.error("{}", failure.getMessage());
        }
    }

    private void forget(Space space) {
        entries.computeIfPresent(space.options().name(), (_, entry) -> entry.space() == space ? null : entry);
    }
}

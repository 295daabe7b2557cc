package org.pinion.core;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.pinion.api.AddressSpace;
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
import org.pinion.spi.backend.BackendSession;
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
    private final OpenSpaces open = new OpenSpaces();
    private final Backends backends;
    private final AtomicReference<SpaceKeeper> keeper = new AtomicReference<>();

    Spaces(PluginRegistry registry, BoundedCalls calls, PlanMaker planner, Events events, Settings settings) {
        this.registry = registry;
        this.calls = calls;
        environment = new SpaceEnvironment(
                planner, events, settings::writerWait, settings::replacementWait, open::forget, registry.underWay(),
                () -> Optional.ofNullable(keeper.get()));
        backends = new Backends(registry, calls, events, open);
        endings = new Endings(registry.underWay(), settings::writerWait);
    }

    /** {@return what sees to spaces when backends come and go} */
    Backends backends() {
        return backends;
    }

    AddressSpace open(SpaceOptions options) throws IommuException {
        String operation = "open address space '" + options.name() + "'";
        Plugin backend = registry.require(PluginKind.BACKEND, options.backend(), operation);
        for (String policy : options.policies()) {
            registry.require(PluginKind.POLICY, policy, operation);
        }
        if (!open.reserve(options.name(), backend)) {
            throw new IommuException(operation, "the name is taken by an open space", "choose another name");
        }
        try {
            return enter(backend, opened(backend, options, operation));
        } catch (IommuException failure) {
            open.free(options.name());
            throw failure;
        }
    }

    private Space opened(Plugin backend, SpaceOptions options, String operation) throws IommuException {
        BackendSession session = backends.session(backend, options.name(), operation);
        try {
            return new Space(options, session, environment);
        } catch (IommuException useless) {
            calls.close(operation, backend, session);
            throw useless;
        }
    }

    /** The backend may have left while it was opening the space, when there was no space to tell. */
    private Space enter(Plugin backend, Space space) {
        open.put(backend, space);
        if (!registry.has(backend)) {
            backends.leave(space, backend, true);
        }
        environment.events().post(DmaTopics.SPACE_OPENED, Map.of(
                DmaTopics.SPACE, space.options().name(), DmaTopics.CAUSE, "open", DmaTopics.VERSION, 0L));
        return space;
    }

    List<Space> all() {
        return open.all();
    }

    List<SpaceSnapshot> snapshots() {
        return all().stream().map(Space::snapshot).toList();
    }

    Optional<AddressSpace> find(String name) {
        return open.find(name).map(OpenSpaces.Entry::space);
    }

    /** {@return plans those spaces anew that are open now} */
    Runnable planningAnew(String cause) {
        List<Space> now = all();
        return () -> now.forEach(space -> space.replan(cause));
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
                LOG.info("address space '{}' is left to the next process", OpenSpaces.nameOf(space));
                open.forget(space);
                return;
            }
        } catch (IommuException busy) {
            LOG.error("address space '{}' is not left to the next process: {}", OpenSpaces.nameOf(space),
                    busy.getMessage());
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
            LOG.error("address space '{}' does not outlive the core: {}", OpenSpaces.nameOf(space), stays.getMessage());
            space.close();
            return;
        }
        open.free(OpenSpaces.nameOf(space));
        if (endings.over()) {
            // The next core has taken what was held, and would not look again.
            keepNoLonger(held);
            held.giveBack("close '" + OpenSpaces.nameOf(space) + "', which was handed over too late");
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
                open.put(gone, space);
                registry.find(PluginKind.BACKEND, backend).ifPresent(plugin -> backends.adopt(space, plugin));
            } catch (IommuException | RuntimeException unusable) {
                LOG.error("address space '{}' is closed, since the core cannot go on with it: {}", each.name(),
                        unusable.getMessage());
                giveBack(each);
            }
        }
    }

    private void keepNoLonger(HeldSpace closing) throws IommuException {
        SpaceKeeper present = keeper.get();
        if (present != null && closing.snapshot().options().lasting()) {
            present.keep(closing.name()).end();
        }
    }

    private void requireFree(String name) {
        if (open.has(name)) {
            throw new IllegalStateException("an address space of that name was opened meanwhile");
        }
    }

    private void giveBack(HeldSpace unusable) {
        try {
            keepNoLonger(unusable);
            unusable.giveBack("close '" + unusable.name() + "'");
        } catch (IommuException failure) {
            LOG.error("{}", failure.getMessage());
        }
    }
}

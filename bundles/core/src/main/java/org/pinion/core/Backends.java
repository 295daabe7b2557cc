package org.pinion.core;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.pinion.api.CommitReport;
import org.pinion.api.DmaTopics;
import org.pinion.api.IommuException;
import org.pinion.api.SpaceSnapshot;
import org.pinion.core.plugin.BoundedCalls;
import org.pinion.core.plugin.Plugin;
import org.pinion.core.plugin.PluginKind;
import org.pinion.core.plugin.PluginRegistry;
import org.pinion.core.space.Events;
import org.pinion.core.space.Space;
import org.pinion.core.space.Successor;
import org.pinion.spi.backend.Availability;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.IommuBackend;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to the open spaces when backends, and the Kernel service under them, come and go, and when somebody wants a
 * space to be with another one.
 */
final class Backends {

    private static final Logger LOG = LoggerFactory.getLogger(Backends.class);

    private final PluginRegistry registry;
    private final BoundedCalls calls;
    private final Events events;
    private final OpenSpaces open;
    private volatile String kernelGone = "";

    Backends(PluginRegistry registry, BoundedCalls calls, Events events, OpenSpaces open) {
        this.registry = registry;
        this.calls = calls;
        this.events = events;
        this.open = open;
    }

    /** {@return a session for a space, if the backend can work here} */
    BackendSession session(Plugin backend, String name, String operation) throws IommuException {
        Availability availability = registry.probe(backend);
        if (!availability.available()) {
            throw new IommuException(
                    operation,
                    "backend '%s' cannot work here: %s".formatted(backend.name(), availability.detail()),
                    "");
        }
        return calls.open(operation, backend, name);
    }

    /** A service of a backend leaves. */
    void left(Plugin backend, boolean replaced) {
        for (OpenSpaces.Entry entry : open.entries()) {
            if (entry.isOf(backend.id())) {
                leave(entry.space(), backend, replaced);
            }
        }
    }

    /** Nobody waits any more for the successor of a backend that left. */
    void gone(long id) {
        for (OpenSpaces.Entry entry : open.entries()) {
            if (entry.isOf(id)) {
                entry.space().succession().giveUp(entry.backend() + " left, and its bundle was uninstalled");
            }
        }
    }

    /** What spaces have open belongs to a Kernel service that leaves: nobody can go on with it. */
    void kernelLeft(String who) {
        kernelGone = who + ": it must not be exchanged while address spaces are open; close them and open them again";
        List<Space> all = open.all();
        if (all.isEmpty()) {
            return;
        }
        LOG.error("{}. Open are: {}", kernelGone, String.join(", ", all.stream().map(OpenSpaces::nameOf).toList()));
        for (Space space : all) {
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
        events.post(topic, Map.of(
                DmaTopics.SPACE, OpenSpaces.nameOf(space),
                DmaTopics.CAUSE, cause,
                DmaTopics.REASON, reason,
                DmaTopics.VERSION, space.snapshot().version()));
    }

    /** Whoever is there already goes on at once; else whoever comes next. */
    void leave(Space space, Plugin backend, boolean replaced) {
        Optional<Plugin> next = registry.find(PluginKind.BACKEND, backend.name());
        String gone = kernelGone;
        String who = gone.isEmpty() ? backend.toString() : backend + ", whose kernel is gone (" + gone + "),";
        space.succession().leave(who, replaced && gone.isEmpty(), next.flatMap(this::willing),
                () -> open.isOn(space, backend));
        next.ifPresent(plugin -> adopt(space, plugin));
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

    void arrived(Plugin backend) {
        open.all().forEach(space -> adopt(space, backend));
    }

    void adopt(Space space, Plugin backend) {
        if (!OpenSpaces.isOf(space, backend) || !space.succession().waiting() || !registry.has(backend)) {
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
        open.passTo(backend, space);
        if (!registry.has(backend)) {
            leave(space, backend, true);
        }
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
        OpenSpaces.Entry entry = open.require(name, operation);
        Plugin next = registry.require(PluginKind.BACKEND, entry.backend().name(), operation);
        boolean there = registry.has(entry.backend());
        if (there && next.id() == entry.backend().id()) {
            return;
        }
        adopt(entry.space(), next, there ? willing(entry.backend()) : Optional.empty());
    }

    /** Moves a space to another backend. */
    CommitReport move(String name, String backend) throws IommuException {
        String operation = "move of '%s' to %s".formatted(name, backend);
        Space space = open.require(name, operation).space();
        SpaceSnapshot now = space.snapshot();
        if (now.options().backend().equals(backend)) {
            return new CommitReport(now.plan(), List.of(), List.of(), now.ledger().mappedBytes());
        }
        Plugin target = registry.require(PluginKind.BACKEND, backend, operation);
        AtomicReference<Plugin> left = new AtomicReference<>();
        try {
            CommitReport report = space.moves().run(
                    backend,
                    () -> session(target, name, operation),
                    () -> open.movesTo(target, space),
                    () -> {
                        left.set(goneFrom(space));
                        return left.get() == null;
                    });
            left.set(goneFrom(space));
            return report;
        } finally {
            // It could not let go while the space was being moved, if that took long.
            if (left.get() != null) {
                leave(space, left.get(), true);
            }
        }
    }

    /** {@return the backend that has a space, if it is not there any more; null if it is} */
    private Plugin goneFrom(Space space) {
        return open.find(OpenSpaces.nameOf(space))
                .filter(entry -> entry.space() == space && !registry.has(entry.backend()))
                .map(OpenSpaces.Entry::backend)
                .orElse(null);
    }
}

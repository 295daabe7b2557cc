package org.pinion.core;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import org.pinion.api.AddressSpace;
import org.pinion.api.DmaTopics;
import org.pinion.api.IommuException;
import org.pinion.api.SpaceOptions;
import org.pinion.api.SpaceSnapshot;
import org.pinion.core.plugin.Plugin;
import org.pinion.core.plugin.PluginKind;
import org.pinion.core.plugin.PluginRegistry;
import org.pinion.core.space.Events;
import org.pinion.core.space.PlanMaker;
import org.pinion.core.space.Space;
import org.pinion.core.space.SpaceEnvironment;
import org.pinion.spi.backend.Availability;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.IommuBackend;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The open address spaces, by name. */
final class Spaces {

    private static final Logger LOG = LoggerFactory.getLogger(Spaces.class);

    private final PluginRegistry registry;
    private final SpaceEnvironment environment;
    private final Map<String, Entry> entries = new ConcurrentSkipListMap<>();

    /** A name that is taken: by a space, or by one that is just being opened. */
    private record Entry(Plugin backend, Space space) {}

    Spaces(PluginRegistry registry, PlanMaker planner, Events events, Settings settings) {
        this.registry = registry;
        environment = new SpaceEnvironment(planner, events, settings::writerWait, this::forget);
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
        Availability availability = registry.probe(backend);
        if (!availability.available()) {
            throw new IommuException(
                    operation,
                    "backend '%s' cannot work here: %s".formatted(backend.name(), availability.detail()),
                    "");
        }
        BackendSession session = PluginCalls.answer(
                operation, backend, () -> ((IommuBackend) backend.service()).open(options.name()));
        try {
            return new Space(options, session, environment);
        } catch (IommuException useless) {
            PluginCalls.answer(operation, backend, () -> {
                session.close();
                return session;
            });
            throw useless;
        }
    }

    /** The backend may have left while it was opening the space, when there was no space to tell. */
    private Space enter(Plugin backend, Space space) {
        entries.put(space.options().name(), new Entry(backend, space));
        if (!registry.has(backend)) {
            space.backendLeft(backend + " left");
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

    void replanAll(String cause) {
        all().forEach(space -> space.replan(cause));
    }

    void backendLeft(Plugin backend) {
        for (Entry entry : entries.values()) {
            if (entry.space() != null && entry.backend().id() == backend.id()) {
                entry.space().backendLeft(backend + " left");
            }
        }
    }

    void closeAll() {
        for (Space space : all()) {
            try {
                space.close();
            } catch (IommuException failure) {
                LOG.error("closing address space '{}': {}", space.options().name(), failure.getMessage());
            }
        }
    }

    private void forget(Space space) {
        entries.computeIfPresent(space.options().name(), (_, entry) -> entry.space() == space ? null : entry);
    }
}

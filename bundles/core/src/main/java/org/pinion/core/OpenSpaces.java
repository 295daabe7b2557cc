package org.pinion.core;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import org.pinion.api.IommuException;
import org.pinion.core.plugin.Plugin;
import org.pinion.core.space.Space;

/** The open address spaces by name, and which service of a backend has each. */
final class OpenSpaces {

    private final Map<String, Entry> entries = new ConcurrentSkipListMap<>();

    /**
     * A name that is taken.
     *
     * @param backend which service has it, or is just opening it
     * @param space the space; null while it is being opened
     */
    record Entry(Plugin backend, Space space) {

        /** {@return whether it is open on the service of an id} */
        boolean isOf(long service) {
            return space != null && backend.id() == service;
        }
    }

    /** Takes a name for a space that is to be opened; answers false if it is taken already. */
    boolean reserve(String name, Plugin backend) {
        return entries.putIfAbsent(name, new Entry(backend, null)) == null;
    }

    /** Gives a name back. */
    void free(String name) {
        entries.remove(name);
    }

    /** A space is open on a backend. */
    void put(Plugin backend, Space space) {
        entries.put(nameOf(space), new Entry(backend, space));
    }

    /** Another service goes on with a space, if it is there still. */
    void passTo(Plugin backend, Space space) {
        entries.computeIfPresent(nameOf(space), (_, entry) ->
                entry.space() == space && isOf(space, backend) ? new Entry(backend, space) : entry);
    }

    /** A space moves to another backend, if it is there still. */
    void movesTo(Plugin backend, Space space) {
        entries.computeIfPresent(nameOf(space), (_, entry) ->
                entry.space() == space ? new Entry(backend, space) : entry);
    }

    /** A space is open no more. */
    void forget(Space space) {
        entries.computeIfPresent(nameOf(space), (_, entry) -> entry.space() == space ? null : entry);
    }

    boolean has(String name) {
        return entries.containsKey(name);
    }

    boolean isOn(Space space, Plugin backend) {
        Entry entry = entries.get(nameOf(space));
        return entry != null && entry.space() == space && entry.isOf(backend.id());
    }

    Collection<Entry> entries() {
        return entries.values();
    }

    List<Space> all() {
        return entries.values().stream()
                .map(Entry::space)
                .filter(space -> space != null)
                .toList();
    }

    Optional<Entry> find(String name) {
        return Optional.ofNullable(entries.get(name)).filter(entry -> entry.space() != null);
    }

    Entry require(String name, String operation) throws IommuException {
        return find(name).orElseThrow(() ->
                new IommuException(operation, "there is no address space of that name", ""));
    }

    static String nameOf(Space space) {
        return space.options().name();
    }

    static boolean isOf(Space space, Plugin backend) {
        return space.options().backend().equals(backend.name());
    }
}

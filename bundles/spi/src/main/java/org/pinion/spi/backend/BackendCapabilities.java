package org.pinion.spi.backend;

import java.util.Objects;
import java.util.Set;
import org.pinion.api.Route;

/**
 * What a session can do.
 *
 * @param routes the ways by which it takes memory
 * @param pageSize bytes of a page of the host: no mapping begins, ends or is backed on less
 * @param missingRoutes why a route is missing, a sentence for people; empty if none is
 * @param oneSpaceOnly why no device can have an IO address space of its own beside that of the others, a sentence for
 *     people; empty if {@link BackendSession#separate} does that
 */
public record BackendCapabilities(Set<Route> routes, long pageSize, String missingRoutes, String oneSpaceOnly) {

    /** Checks that nothing is null and copies the routes. */
    public BackendCapabilities {
        routes = Set.copyOf(routes);
        Objects.requireNonNull(missingRoutes, "missingRoutes");
        Objects.requireNonNull(oneSpaceOnly, "oneSpaceOnly");
    }

    /**
     * What a session with one IO address space for all devices can do.
     *
     * @param routes the ways by which it takes memory
     * @param pageSize bytes of a page of the host
     * @param missingRoutes why a route is missing; empty if none is
     */
    public BackendCapabilities(Set<Route> routes, long pageSize, String missingRoutes) {
        this(routes, pageSize, missingRoutes, "the backend has one IO address space for all devices");
    }
}

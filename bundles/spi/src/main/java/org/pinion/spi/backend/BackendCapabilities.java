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
 */
public record BackendCapabilities(Set<Route> routes, long pageSize, String missingRoutes) {

    /** Checks that nothing is null and copies the routes. */
    public BackendCapabilities {
        routes = Set.copyOf(routes);
        Objects.requireNonNull(missingRoutes, "missingRoutes");
    }
}

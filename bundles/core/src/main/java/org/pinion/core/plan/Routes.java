package org.pinion.core.plan;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.pinion.api.Backing;
import org.pinion.api.Route;

/** Which way a backing takes to the kernel. */
final class Routes {

    /** By file first: it does not depend on an address space that may go. By user address last. */
    private static final List<Route> PREFERRED = List.of(Route.FILE, Route.DMA_BUF, Route.USER);

    private Routes() {}

    /** {@return the preferred route that fits the backing and is in both sets; null if there is none} */
    static Route choose(Backing backing, Set<Route> allowed, Set<Route> offered) {
        for (Route route : PREFERRED) {
            if (fits(backing, route) && allowed.contains(route) && offered.contains(route)) {
                return route;
            }
        }
        return null;
    }

    /**
     * Where the bytes begin in the object that the kernel is given: this, not the position in the backing alone, must
     * be aligned as the IO virtual address is.
     */
    static long position(Backing backing, Route route) {
        return backing instanceof Backing.MemoryFile file && route == Route.USER ? file.address() : backing.position();
    }

    /** {@return why there is no route, a sentence} */
    static String missing(Backing backing, Set<Route> allowed, Set<Route> offered, String missingRoutes) {
        List<Route> fitting =
                PREFERRED.stream().filter(route -> fits(backing, route)).toList();
        String sentence = "%s can be mapped by %s, the policies allow %s, the backend offers %s"
                .formatted(backing, words(fitting), words(allowed), words(offered));
        return missingRoutes.isEmpty() ? sentence : sentence + "; " + missingRoutes;
    }

    /**
     * {@return the route by which a backing would have gone if the backend had it; null if it goes by that route, or by
     * none from this process}
     */
    static Route missed(Backing backing, Route chosen, Set<Route> allowed) {
        if (backing instanceof Backing.Remote) {
            return null;
        }
        for (Route route : PREFERRED) {
            if (route == chosen) {
                return null;
            }
            if (fits(backing, route) && allowed.contains(route)) {
                return route;
            }
        }
        return null;
    }

    private static boolean fits(Backing backing, Route route) {
        return switch (backing) {
            case Backing.MemoryFile file -> route == Route.FILE || route == Route.USER && file.address() != 0;
            case Backing.UserMemory _ -> route == Route.USER;
            case Backing.DmaBuf _ -> route == Route.DMA_BUF;
            case Backing.DeviceBar _ -> route != Route.FILE;
            case Backing.Remote _ -> route != Route.DMA_BUF;
            default -> false;
        };
    }

    private static String words(Iterable<Route> routes) {
        String words = PREFERRED.stream()
                .filter(route -> contains(routes, route))
                .map(Route::symbol)
                .collect(Collectors.joining(" or "));
        return words.isEmpty() ? "no route" : words;
    }

    private static boolean contains(Iterable<Route> routes, Route wanted) {
        for (Route route : routes) {
            if (route == wanted) {
                return true;
            }
        }
        return false;
    }
}

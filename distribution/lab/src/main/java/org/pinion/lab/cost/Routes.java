package org.pinion.lab.cost;

import org.pinion.api.IommuException;
import org.pinion.api.Route;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.IommuBackend;

/** By which way a memory file goes to the kernel. */
final class Routes {

    private Routes() {}

    /** As the planner has it: by file where the backend can. */
    static Route of(IommuBackend backend) throws IommuException {
        try (BackendSession session = backend.open("route of the cost")) {
            return session.capabilities().routes().contains(Route.FILE) ? Route.FILE : Route.USER;
        }
    }
}

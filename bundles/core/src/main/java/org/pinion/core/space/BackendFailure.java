package org.pinion.core.space;

import org.pinion.spi.backend.InDoubtException;

/** A backend broke its contract: it threw what it must not throw, so what the kernel holds is not known. */
final class BackendFailure extends InDoubtException {

    private static final long serialVersionUID = 1L;

    BackendFailure(String operation, String backend, Throwable thrown) {
        super(
                operation,
                null,
                "backend '" + backend + "' failed: " + thrown,
                "update the bundle of backend '" + backend + "'",
                thrown);
    }
}

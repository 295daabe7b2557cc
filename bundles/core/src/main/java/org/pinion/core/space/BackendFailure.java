package org.pinion.core.space;

import org.pinion.api.IommuException;

/** A backend broke its contract: it threw what it must not throw, so what the kernel holds is not known. */
final class BackendFailure extends IommuException {

    private static final long serialVersionUID = 1L;

    BackendFailure(String operation, String backend, Throwable thrown) {
        super(
                operation,
                null,
                null,
                "backend '" + backend + "' failed: " + thrown,
                "update the bundle of backend '" + backend + "'",
                thrown);
    }
}

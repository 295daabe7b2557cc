package org.pinion.core.space;

import org.pinion.spi.backend.InDoubtException;

/** A backend broke its contract: it threw what it must not throw, so what the kernel holds is not known. */
final class BackendFailure extends InDoubtException {

    private static final long serialVersionUID = 1L;

    BackendFailure(String operation, String backend, Throwable thrown) {
        super(operation, null, sentence(backend, thrown), remedy(backend, thrown), thrown);
    }

    private static String sentence(String backend, Throwable thrown) {
        return thrown instanceof PluginFault known
                ? known.sentence()
                : "backend '" + backend + "' failed: " + thrown;
    }

    private static String remedy(String backend, Throwable thrown) {
        return thrown instanceof PluginFault known
                ? known.remedy()
                : "update the bundle of backend '" + backend + "'";
    }
}

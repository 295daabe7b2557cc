package org.pinion.backend.iommufd;

import org.pinion.api.IommuException;
import org.pinion.linux.ErrnoException;

/** The steps of closing something: each is done whatever came of those before, and the first failure is kept. */
final class Closing {

    private final String operation;
    private IommuException first;

    /**
     * @param operation what is being closed, for messages
     */
    Closing(String operation) {
        this.operation = operation;
    }

    /** A call that gives something back to the kernel. */
    interface Step {
        void run() throws ErrnoException;
    }

    void step(String what, Step step) {
        try {
            step.run();
        } catch (ErrnoException failure) {
            IommuException told = Cause.unknown(failure).failing(operation + ": " + what, failure);
            if (first == null) {
                first = told;
            } else {
                first.addSuppressed(told);
            }
        }
    }

    /**
     * @throws IommuException the first failure, if there was one, with the others suppressed in it
     */
    void finish() throws IommuException {
        if (first != null) {
            throw first;
        }
    }
}

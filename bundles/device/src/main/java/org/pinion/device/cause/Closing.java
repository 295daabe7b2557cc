package org.pinion.device.cause;

import org.osgi.annotation.versioning.ConsumerType;
import org.pinion.api.IommuException;
import org.pinion.linux.ErrnoException;

/** The steps of closing something: each is done whatever came of those before, and the first failure is kept. */
public final class Closing {

    private final String operation;
    private IommuException first;

    /**
     * @param operation what is being closed, for messages
     */
    public Closing(String operation) {
        this.operation = operation;
    }

    /** A call that gives something back to the kernel. */
    @ConsumerType
    public interface Step {

        /**
         * @throws ErrnoException if the kernel complains
         */
        void run() throws ErrnoException;
    }

    /**
     * Does a step; a failure is kept for {@link #finish}.
     *
     * @param what the step, for messages
     * @param step does it
     */
    public void step(String what, Step step) {
        try {
            step.run();
        } catch (ErrnoException failure) {
            failed(Cause.unknown(failure).failing(operation + ": " + what, failure));
        }
    }

    /**
     * Keeps what went wrong for {@link #finish}.
     *
     * @param failure what a step threw
     */
    public void failed(IommuException failure) {
        if (first == null) {
            first = failure;
        } else {
            first.addSuppressed(failure);
        }
    }

    /**
     * @throws IommuException the first failure, if there was one, with the others suppressed in it
     */
    public void finish() throws IommuException {
        if (first != null) {
            throw first;
        }
    }
}

package org.pinion.runtime;

import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;

/** What exceptions say to an operator. */
final class Messages {

    private Messages() {}

    /** The message of an exception, with the words that the JDK leaves out of those about files. */
    static String of(Throwable failure) {
        return switch (failure) {
            case NoSuchFileException missing -> missing.getFile() + " does not exist";
            case AccessDeniedException denied -> denied.getFile() + ": permission denied";
            default -> failure.getMessage() == null ? failure.toString() : failure.getMessage();
        };
    }

    /**
     * Why a bundle did not start. What its activator threw on purpose was written for the operator and stands alone;
     * a mistake, or a missing package, is named together with the bundle.
     */
    static String ofStart(Bundle bundle, Throwable failure) {
        String name = "bundle " + bundle.getSymbolicName() + " does not start: ";
        return switch (thrownByActivator(failure)) {
            case null -> name + of(failure);
            case IllegalArgumentException refusal when refusal.getMessage() != null -> refusal.getMessage();
            case IllegalStateException refusal when refusal.getMessage() != null -> refusal.getMessage();
            case RuntimeException mistake -> name + mistake;
            case Error mistake -> name + mistake;
            case Throwable refusal -> of(refusal);
        };
    }

    private static Throwable thrownByActivator(Throwable failure) {
        boolean byActivator = failure instanceof BundleException bundled
                && bundled.getType() == BundleException.ACTIVATOR_ERROR;
        return byActivator ? failure.getCause() : null;
    }
}

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
     * Why a bundle did not start. A checked exception of its activator was written for the operator; anything else, such as
     * a missing package, is named together with the bundle.
     */
    static String ofStart(Bundle bundle, Throwable failure) {
        Throwable root = rootOf(failure);
        boolean byActivator = failure instanceof BundleException bundled
                && bundled.getType() == BundleException.ACTIVATOR_ERROR
                && root != failure;
        boolean unexpected = root instanceof RuntimeException || root instanceof Error;
        return byActivator && !unexpected && root.getMessage() != null
                ? of(root)
                : "bundle " + bundle.getSymbolicName() + " does not start: " + (unexpected ? root : of(root));
    }

    private static Throwable rootOf(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }
}

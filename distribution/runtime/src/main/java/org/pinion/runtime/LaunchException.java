package org.pinion.runtime;

/** Pinion cannot start; the message is for the operator, as it stands. */
final class LaunchException extends Exception {

    /** The exit code where something went wrong. */
    static final int FAILED = 1;

    /** The exit code where the command line is wrong. */
    static final int USAGE = 2;

    private static final long serialVersionUID = 1L;

    private final int exitCode;

    private LaunchException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    static LaunchException failed(String message) {
        return new LaunchException(FAILED, message);
    }

    static LaunchException usage(String message) {
        return new LaunchException(USAGE, message);
    }

    int exitCode() {
        return exitCode;
    }
}

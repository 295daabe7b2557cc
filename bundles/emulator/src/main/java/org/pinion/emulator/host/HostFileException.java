package org.pinion.emulator.host;

/** A host file that cannot be used. The message names the file, the line and the key, and says what would be right. */
public final class HostFileException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    HostFileException(String message) {
        super(message);
    }
}

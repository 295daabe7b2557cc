package org.pinion.spi.backend;

import java.util.Objects;

/**
 * Whether a backend can work on this host.
 *
 * @param available whether it can
 * @param kernel which kernel it talks to: {@code native} or {@code emulated}
 * @param detail what it found, or why it cannot work and what to do, in a sentence
 */
public record Availability(boolean available, String kernel, String detail) {

    /** Checks that nothing is null. */
    public Availability {
        Objects.requireNonNull(kernel, "kernel");
        Objects.requireNonNull(detail, "detail");
    }
}

package org.pinion.runtime;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the command line wants emulated in place of this machine's kernel.
 *
 * @param host the description of the host to emulate; empty for the one that is shipped
 * @param release the kernel to play, such as 6.12; empty for the one that the description names
 */
record Emulation(Optional<Path> host, Optional<String> release) {

    /** Nothing in particular: whether a kernel is emulated depends on the machine. */
    static final Emulation UNASKED = new Emulation(Optional.empty(), Optional.empty());

    private static final String HOST_PROPERTY = "org.pinion.emulator.host";
    private static final String RELEASE_PROPERTY = "org.pinion.emulator.interface";

    /** Whether it is asked for, whatever the machine has. */
    boolean asked() {
        return host.isPresent() || release.isPresent();
    }

    /** For people. */
    String reason() {
        String where = host.map(file -> "host " + file).orElse("the shipped host");
        return release.map(played -> where + ", with the interface of Linux " + played).orElse(where);
    }

    /** The framework properties by which the emulator learns of it. */
    Map<String, String> properties() {
        Map<String, String> properties = new HashMap<>();
        host.ifPresent(file -> properties.put(HOST_PROPERTY, file.toString()));
        release.ifPresent(played -> properties.put(RELEASE_PROPERTY, played));
        return properties;
    }
}

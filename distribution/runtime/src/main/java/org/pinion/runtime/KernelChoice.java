package org.pinion.runtime;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which kernel the backends talk to.
 *
 * @param type {@code native} or {@code emulated}
 * @param host the description of the host to emulate; empty for the one that is shipped
 * @param reason why this kernel, for people
 */
record KernelChoice(String type, Optional<Path> host, String reason) {

    /** The files of which a native kernel must let one be opened. */
    static final List<Path> NATIVE_FILES = List.of(Path.of("/dev/iommu"), Path.of("/dev/vfio/vfio"));

    private static final String TYPE_PROPERTY = "org.pinion.kernel";
    private static final String HOST_PROPERTY = "org.pinion.emulator.host";

    static KernelChoice of(Optional<Path> host, List<Path> nativeFiles) {
        if (host.isPresent()) {
            return new KernelChoice("emulated", host, "host " + host.get());
        }
        return nativeFiles.stream()
                .filter(KernelChoice::opens)
                .findFirst()
                .map(file -> new KernelChoice("native", host, file.toString()))
                .orElseGet(() -> new KernelChoice("emulated", host, noneOf(nativeFiles)));
    }

    /** The kernel of the machine, whether or not it has what the backends need, unless a host is described. */
    static KernelChoice ofTheMachine(Optional<Path> host) {
        return host.isPresent()
                ? of(host, List.of())
                : new KernelChoice("native", host, "the machine itself is asked about");
    }

    /** The framework properties by which the bundles learn of the choice. */
    Map<String, String> properties() {
        return host.map(file -> Map.of(TYPE_PROPERTY, type, HOST_PROPERTY, file.toString()))
                .orElseGet(() -> Map.of(TYPE_PROPERTY, type));
    }

    private static String noneOf(List<Path> files) {
        List<String> names = files.stream().map(Path::toString).toList();
        return "the shipped host, since neither " + String.join(" nor ", names) + " can be opened";
    }

    // Opening tells more than the permissions do: a device node may be there without a driver behind it.
    private static boolean opens(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.isOpen();
        } catch (IOException _) {
            return false;
        }
    }
}

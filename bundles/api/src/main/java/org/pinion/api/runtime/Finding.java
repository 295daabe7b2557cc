package org.pinion.api.runtime;

import java.util.List;
import java.util.Objects;

/**
 * Something that was found out about the host.
 *
 * @param id what kind of finding it is, the same in every release, such as {@code node.iommu}
 * @param level how much it matters
 * @param subject what it is about, such as {@code /dev/iommu} or {@code 0000:00:10.0}
 * @param found what was found
 * @param source the file that says so; empty if no single file does
 * @param meaning what follows from it for devices and their DMA; may be empty
 * @param remedy what can be done about it; may be empty
 * @param commands the remedy as commands for a root shell, in order; may be empty
 */
public record Finding(
        String id,
        Level level,
        String subject,
        String found,
        String source,
        String meaning,
        String remedy,
        List<String> commands) {

    /** How much a finding matters, the gravest first. */
    public enum Level {
        /** No device can be used until this is solved. */
        PROBLEM,
        /** Some device, or some of what devices could do, cannot be used. */
        WARNING,
        /** Worth knowing. */
        INFO,
        /** As it should be. */
        OK
    }

    /** Checks that nothing is null, and copies the commands. */
    public Finding {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(level, "level");
        Objects.requireNonNull(subject, "subject");
        Objects.requireNonNull(found, "found");
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(meaning, "meaning");
        Objects.requireNonNull(remedy, "remedy");
        commands = List.copyOf(commands);
    }
}

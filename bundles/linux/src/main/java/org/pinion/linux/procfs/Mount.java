package org.pinion.linux.procfs;

import java.util.Objects;

/**
 * A mount that this process sees: a line of {@code /proc/self/mountinfo}.
 *
 * @param major major number of the file system's device
 * @param minor minor number of the file system's device
 * @param mountPoint where it is mounted
 * @param fileSystem its type, such as {@code ext4} or {@code tmpfs}
 */
public record Mount(int major, int minor, String mountPoint, String fileSystem) {

    /** Checks that nothing is null. */
    public Mount {
        Objects.requireNonNull(mountPoint, "mountPoint");
        Objects.requireNonNull(fileSystem, "fileSystem");
    }

    /** {@return the device number as {@code /proc/self/smaps} prints it, hexadecimal, such as {@code fe:00}} */
    public String device() {
        return "%02x:%02x".formatted(major, minor);
    }
}

package org.pinion.doctor.facts;

import java.util.List;
import java.util.Optional;
import org.pinion.linux.procfs.Mount;
import org.pinion.linux.procfs.ProcessMemory;

/** Reads what tells that the process runs in a container. */
final class ContainerReader {

    private static final List<String> MARKS = List.of("/.dockerenv", "/run/.containerenv");
    private static final String CGROUP = "/proc/1/cgroup";
    private static final List<String> RUNTIMES =
            List.of("docker", "kubepods", "containerd", "libpod", "lxc", "garden", "machine.slice/machine-");

    private static final String MOUNTS = "/proc/self/mountinfo";

    private ContainerReader() {}

    /**
     * How it is known, empty if it does not look like one. Where {@code /dev} has every device of the machine it makes
     * no difference whether it is one.
     */
    static Optional<String> read(HostFiles files) {
        ProcessMemory self = new ProcessMemory(files.kernel());
        List<Mount> mounts = files.reading(MOUNTS, self::mounts).orElse(List.of());
        if (isMounted(mounts, "/dev", "devtmpfs")) {
            return Optional.empty();
        }
        Optional<String> mark = MARKS.stream().filter(files::exists).findFirst();
        Optional<String> overlay = isMounted(mounts, "/", "overlay") ? Optional.of(MOUNTS) : Optional.empty();
        return mark.or(() -> cgroup(files)).or(() -> overlay);
    }

    private static Optional<String> cgroup(HostFiles files) {
        String text = files.word(CGROUP);
        return RUNTIMES.stream().filter(text::contains).findFirst().map(_ -> CGROUP);
    }

    private static boolean isMounted(List<Mount> mounts, String mountPoint, String fileSystem) {
        return mounts.stream()
                .anyMatch(mount -> mount.mountPoint().equals(mountPoint) && mount.fileSystem().equals(fileSystem));
    }
}

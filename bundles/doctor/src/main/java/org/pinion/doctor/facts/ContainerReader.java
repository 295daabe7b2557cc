package org.pinion.doctor.facts;

import java.util.List;
import java.util.Optional;
import org.pinion.linux.procfs.ProcessMemory;

/** Reads what tells that the process runs in a container. */
final class ContainerReader {

    private static final List<String> MARKS = List.of("/.dockerenv", "/run/.containerenv");
    private static final String CGROUP = "/proc/1/cgroup";
    private static final List<String> RUNTIMES =
            List.of("docker", "kubepods", "containerd", "libpod", "lxc", "garden", "machine.slice/machine-");

    private ContainerReader() {}

    /** How it is known, empty if it does not look like one. */
    static Optional<String> read(HostFiles files) {
        Optional<String> mark = MARKS.stream().filter(files::exists).findFirst();
        return mark.or(() -> cgroup(files)).or(() -> root(files));
    }

    private static Optional<String> cgroup(HostFiles files) {
        String text = files.word(CGROUP);
        return RUNTIMES.stream().filter(text::contains).findFirst().map(_ -> CGROUP);
    }

    private static Optional<String> root(HostFiles files) {
        String file = "/proc/self/mountinfo";
        return files.reading(file, () -> new ProcessMemory(files.kernel()).mounts()).stream()
                .flatMap(List::stream)
                .filter(mount -> mount.mountPoint().equals("/") && mount.fileSystem().equals("overlay"))
                .findFirst()
                .map(_ -> file);
    }
}

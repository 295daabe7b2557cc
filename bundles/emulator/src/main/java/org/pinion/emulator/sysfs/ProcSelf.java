package org.pinion.emulator.sysfs;

import java.util.Optional;
import org.pinion.emulator.memory.LockedMemory;
import org.pinion.emulator.memory.Pages;
import org.pinion.emulator.memory.ProcessMemory;

/** The files of {@code /proc/self} that change all the time: they are written when they are read. */
public final class ProcSelf {

    private static final String LIMIT = "%-25s %-20s %-20s %-10s\n";

    private static final long CAP_IPC_LOCK = 1L << 14;

    private static final String MOUNTS = """
            1 1 0:2 / / rw - rootfs rootfs rw
            22 1 0:21 / /proc rw,nosuid,nodev,noexec - proc proc rw
            23 1 0:22 / /sys rw,nosuid,nodev,noexec - sysfs sysfs rw
            24 1 0:6 / /dev rw,nosuid - devtmpfs devtmpfs rw
            """;

    private final ProcessMemory memory;
    private final LockedMemory locked;

    /**
     * @param memory the mappings of the process
     * @param locked what it has pinned
     */
    public ProcSelf(ProcessMemory memory, LockedMemory locked) {
        this.memory = memory;
        this.locked = locked;
    }

    /**
     * @param path an absolute path
     * @return the file's content, empty if it is none of these files
     */
    public Optional<String> read(String path) {
        return switch (path) {
            case "/proc/self/smaps" -> Optional.of(SmapsText.of(memory.vmas()));
            case "/proc/self/status" -> Optional.of(status());
            case "/proc/self/mountinfo" -> Optional.of(MOUNTS);
            case "/proc/self/limits" -> Optional.of(limits());
            default -> Optional.empty();
        };
    }

    private String status() {
        long lockedKilobytes = locked.lockedPages() * Pages.SIZE / 1024;
        long pinnedKilobytes = locked.pinnedPages() * Pages.SIZE / 1024;
        return "Name:\tjava\nVmLck:\t%8d kB\nVmPin:\t%8d kB\nCapEff:\t%016x\n"
                .formatted(lockedKilobytes, pinnedKilobytes, locked.exempt() ? CAP_IPC_LOCK : 0);
    }

    private String limits() {
        String limit = locked.limit().isPresent() ? Long.toString(locked.limit().getAsLong()) : "unlimited";
        return LIMIT.formatted("Limit", "Soft Limit", "Hard Limit", "Units")
                + LIMIT.formatted("Max locked memory", limit, limit, "bytes");
    }
}

package org.pinion.emulator.sysfs;

import java.util.List;
import org.pinion.emulator.memory.Vma;
import org.pinion.linux.Mman;

/**
 * Mappings in the format of {@code /proc/PID/smaps} (fs/proc/task_mmu.c). Nothing is known of resident pages: they
 * are 0.
 */
final class SmapsText {

    private static final String HEADER = "%x-%x %s %08x %s %-26d %s\n";
    private static final String BODY = """
            Size:           %8d kB
            KernelPageSize:        4 kB
            MMUPageSize:           4 kB
            Rss:                   0 kB
            Pss:                   0 kB
            Shared_Clean:          0 kB
            Shared_Dirty:          0 kB
            Private_Clean:         0 kB
            Private_Dirty:         0 kB
            Referenced:            0 kB
            Anonymous:             0 kB
            Swap:                  0 kB
            Locked:                0 kB
            VmFlags: %s\s
            """;

    private SmapsText() {}

    static String of(List<Vma> vmas) {
        StringBuilder text = new StringBuilder();
        for (Vma vma : vmas) {
            String path = vma.target().path();
            String header = HEADER.formatted(vma.start(), vma.last() + 1, permissions(vma), vma.target().filePosition(),
                    device(vma), path.isEmpty() ? 0 : 1, path);
            text.append(path.isEmpty() ? header.stripTrailing() + " \n" : header);
            text.append(BODY.formatted(vma.size() / 1024, flags(vma)));
        }
        return text.toString();
    }

    private static String permissions(Vma vma) {
        return (readable(vma) ? "r" : "-") + (writable(vma) ? "w" : "-") + "-" + (vma.shared() ? "s" : "p");
    }

    private static String flags(Vma vma) {
        String own = (readable(vma) ? "rd " : "") + (writable(vma) ? "wr " : "") + (vma.shared() ? "sh " : "");
        return own + "mr mw me " + switch (vma.target().kind()) {
            case DEVICE -> "ms pf io de dd";
            case MEMFD -> vma.shared() ? "ms sd" : "sd";
            case ANONYMOUS -> vma.shared() ? "ms sd" : "ac sd";
        };
    }

    /** The file system's device number, as {@link ProcSelf} has it among the mounts. */
    private static String device(Vma vma) {
        return switch (vma.target().kind()) {
            case ANONYMOUS -> "00:00";
            case MEMFD -> "00:01";
            case DEVICE -> "00:06";
        };
    }

    private static boolean readable(Vma vma) {
        return (vma.protection() & Mman.PROT_READ) != 0;
    }

    private static boolean writable(Vma vma) {
        return (vma.protection() & Mman.PROT_WRITE) != 0;
    }
}

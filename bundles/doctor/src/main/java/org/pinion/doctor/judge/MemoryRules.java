package org.pinion.doctor.judge;

import java.util.ArrayList;
import java.util.List;
import org.pinion.api.runtime.Finding;
import org.pinion.api.runtime.Finding.Level;
import org.pinion.doctor.facts.HostFacts;
import org.pinion.doctor.facts.HugePages;
import org.pinion.linux.procfs.MemlockLimit;
import org.pinion.linux.procfs.MemlockUsage;

/** How much memory devices may reach, and in what pages it comes. */
final class MemoryRules {

    private static final String LIMITS = "/proc/self/limits";
    private static final String MEMLOCK = "memlock";
    private static final String LOCKED_MEMORY = "locked memory";
    private static final String AT_ONCE = "; up to the hard limit at once: ulimit -l $(ulimit -Hl)";

    private MemoryRules() {}

    static List<Finding> of(HostFacts host) {
        List<Finding> findings = new ArrayList<>();
        findings.add(memlock(host));
        findings.addAll(hugePages(host.memory().hugePages()));
        if (!host.memory().transparent().isEmpty()) {
            findings.add(transparent(host.memory().transparent()));
        }
        return findings;
    }

    private static Finding memlock(HostFacts host) {
        if (host.memory().exempt().orElse(false)) {
            return Note.of(Level.OK, MEMLOCK, LOCKED_MEMORY)
                    .found("no limit holds: the process has CAP_IPC_LOCK")
                    .in("/proc/self/status")
                    .finding();
        }
        return host.memory().limit()
                .map(limit -> limit.soft() == MemlockLimit.UNLIMITED
                        ? Note.of(Level.OK, MEMLOCK, LOCKED_MEMORY).found("unlimited").in(LIMITS).finding()
                        : limited(host, limit))
                .orElseGet(() -> Note.of(Level.INFO, MEMLOCK, LOCKED_MEMORY)
                        .found("the limit (ulimit -l) cannot be read")
                        .in(LIMITS)
                        .finding());
    }

    private static Finding limited(HostFacts host, MemlockLimit limit) {
        long used = host.memory().usage().map(MemlockUsage::locked).orElse(0L)
                + host.memory().usage().map(MemlockUsage::pinned).orElse(0L);
        String hard = limit.hard() == MemlockLimit.UNLIMITED ? "unlimited" : Words.size(limit.hard());
        return Note.of(Level.WARNING, MEMLOCK, LOCKED_MEMORY)
                .found("at most " + Words.size(limit.soft()) + " (soft limit; hard limit " + hard + "), "
                        + Words.size(used) + " of it in use; no CAP_IPC_LOCK")
                .in(LIMITS)
                .means("memory that devices reach is pinned and counts against this limit: mapping more fails with"
                        + " ENOMEM. A guest needs all of its RAM, and some MiB more")
                .remedy(
                        "raise it, and log in again; for a service of systemd: LimitMEMLOCK=infinity; for a container:"
                                + " --ulimit memlock=-1:-1"
                                + (limit.hard() > limit.soft() ? AT_ONCE : ""),
                        "echo '" + host.user() + " - memlock unlimited' > /etc/security/limits.d/99-memlock.conf")
                .finding();
    }

    private static List<Finding> hugePages(List<HugePages> pools) {
        return pools.stream()
                .map(pool -> Note.of(Level.INFO, "hugepages", "huge pages of " + Words.size(pool.size()))
                        .found(pool.total() == 0
                                ? "none in the pool"
                                : pool.free() + " of " + pool.total() + " free, "
                                        + Words.size(pool.free() * pool.size()))
                        .in(pool.directory())
                        .means("memory in huge pages is mapped with fewer entries and pinned faster")
                        .remedy("to have 512 in the pool, if wanted",
                                "echo 512 > " + pool.directory() + "/nr_hugepages")
                        .finding())
                .toList();
    }

    private static Finding transparent(String mode) {
        return Note.of(Level.INFO, "thp", "transparent huge pages")
                .found(mode)
                .in("/sys/kernel/mm/transparent_hugepage/enabled")
                .finding();
    }
}

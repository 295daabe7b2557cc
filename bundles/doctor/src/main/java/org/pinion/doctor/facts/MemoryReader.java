package org.pinion.doctor.facts;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pinion.linux.procfs.ProcessMemory;

/** Reads what limits the memory that devices can reach. */
final class MemoryReader {

    private static final String STATUS = "/proc/self/status";
    private static final String HUGE_PAGES = "/sys/kernel/mm/hugepages";
    private static final Pattern POOL = Pattern.compile("hugepages-(\\d{1,12})kB");
    private static final Pattern CHOSEN = Pattern.compile("\\[(\\w+)]");

    private final HostFiles files;

    MemoryReader(HostFiles files) {
        this.files = files;
    }

    MemoryFacts read() {
        ProcessMemory self = new ProcessMemory(files.kernel());
        return new MemoryFacts(
                files.reading("/proc/self/limits", self::memlockLimit),
                files.reading(STATUS, self::memlockUsage),
                files.reading(STATUS, self::memlockExempt),
                files.names(HUGE_PAGES).stream()
                        .flatMap(name -> pool(name).stream())
                        .sorted(Comparator.comparingLong(HugePages::size))
                        .toList(),
                chosen(files.word("/sys/kernel/mm/transparent_hugepage/enabled")));
    }

    private Optional<HugePages> pool(String name) {
        Matcher size = POOL.matcher(name);
        if (!size.matches()) {
            return Optional.empty();
        }
        String directory = HUGE_PAGES + "/" + name;
        return Optional.of(new HugePages(
                Long.parseLong(size.group(1)) * 1024,
                count(directory + "/nr_hugepages"),
                count(directory + "/free_hugepages"),
                directory));
    }

    private long count(String file) {
        return files.reading(file, () -> Numbers.decimal(file, files.word(file))).orElse(0L);
    }

    private static String chosen(String modes) {
        Matcher chosen = CHOSEN.matcher(modes);
        return chosen.find() ? chosen.group(1) : "";
    }
}

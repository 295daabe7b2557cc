package org.pinion.itests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.pinion.linux.Kernel;

/**
 * What a running Pinion holds: threads by name, the emulated kernel's descriptors, and those of the process, but for
 * bundles, which the framework opens and closes as it likes. Threads that wait for the next question to a plugin end by
 * themselves and do not count.
 *
 * @param threads how many there are of a name
 * @param descriptors the emulated kernel's that are free, of the first ones
 * @param files how many the process has open of a file
 */
record Footprint(Map<String, Long> threads, List<Integer> descriptors, Map<String, Long> files) {

    private static final int SEEN = 64;

    static Footprint of(Kernel kernel) {
        return new Footprint(alive(), free(kernel), open());
    }

    /** What is held now and was not before. */
    List<String> beyond(Footprint before) {
        Stream<String> taken = before.descriptors.stream()
                .filter(fd -> !descriptors.contains(fd))
                .map(fd -> "descriptor " + fd);
        return Stream.of(more(threads, before.threads), more(files, before.files), taken)
                .flatMap(each -> each)
                .toList();
    }

    private static Stream<String> more(Map<String, Long> now, Map<String, Long> before) {
        return now.keySet().stream().filter(name -> now.get(name) > before.getOrDefault(name, 0L));
    }

    private static Map<String, Long> alive() {
        return counted(Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("pinion") || name.endsWith("(given up)"))
                .filter(name -> !name.equals("pinion-plugins")));
    }

    /** The kernel gives out the least that is free. */
    private static List<Integer> free(Kernel kernel) {
        List<Integer> free = new ArrayList<>();
        for (int number = 0; number < SEEN; number++) {
            free.add(kernel.eventfd(0, 0));
        }
        free.forEach(kernel::close);
        return free;
    }

    private static Map<String, Long> open() {
        try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
            return counted(links.map(Footprint::target).filter(Footprint::counts));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Bundles, those of the tests' own framework too, and files that were closed while they were listed. */
    private static boolean counts(String file) {
        return Stream.of("jar", "/bundleFile", "ops4j").noneMatch(file::contains) && !file.startsWith("/proc");
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException closedMeanwhile) {
            return "/proc";
        }
    }

    private static Map<String, Long> counted(Stream<String> names) {
        return names.collect(Collectors.groupingBy(name -> name, TreeMap::new, Collectors.counting()));
    }
}

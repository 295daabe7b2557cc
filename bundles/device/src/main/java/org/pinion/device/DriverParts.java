package org.pinion.device;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.pinion.spi.backend.HandOver;
import org.pinion.spi.backend.HandOver.MappedMemory;
import org.pinion.spi.backend.HandOver.OpenFile;
import org.pinion.spi.backend.Particulars;

/**
 * What a driver has of a device beside its file: it is handed over with the session, and the driver notices nothing.
 *
 * @param device the device's address
 * @param regions what is mapped of its regions
 * @param eventfds the descriptors by which its interrupts are told, first to last, by the index of their kind
 */
public record DriverParts(String device, List<MemorySegment> regions, Map<Integer, List<Integer>> eventfds) {

    /** Copies the list, and the map in order. */
    public DriverParts {
        regions = List.copyOf(regions);
        eventfds = new TreeMap<>(eventfds);
    }

    /**
     * Reads what {@link #memory}, {@link #files} and {@link #particulars} wrote.
     *
     * @param device the device's address
     * @param handOver what was handed over
     * @param from the particulars
     * @return what the driver has
     * @throws IllegalArgumentException if something is missing
     */
    public static DriverParts read(String device, HandOver handOver, Particulars from) {
        Map<Integer, List<Integer>> eventfds = new TreeMap<>();
        for (Particulars kind : from.list("interrupts", Particulars.class)) {
            int index = (int) kind.number("kind");
            eventfds.put(index, each(kind.number("count"), i -> handOver.fd(interrupt(device, index, i))));
        }
        List<MemorySegment> regions = each(from.number("regions"), i -> handOver.segment(region(device, i)));
        return new DriverParts(device, regions, eventfds);
    }

    private static <T> List<T> each(long count, Function<Integer, T> entry) {
        return IntStream.range(0, (int) count).boxed().map(entry).toList();
    }

    /** {@return what is mapped, for a hand-over} */
    public List<MappedMemory> memory() {
        return each(regions.size(), i -> new MappedMemory(region(device, i), regions.get(i)));
    }

    /** {@return the eventfds, for a hand-over} */
    public List<OpenFile> files() {
        List<OpenFile> files = new ArrayList<>();
        eventfds.forEach((kind, fds) ->
                files.addAll(each(fds.size(), i -> new OpenFile(interrupt(device, kind, i), fds.get(i)))));
        return files;
    }

    /** {@return how many there are of each, for a hand-over} */
    public Particulars particulars() {
        List<Particulars> kinds = new ArrayList<>();
        eventfds.forEach((kind, fds) -> kinds.add(Particulars.of(Map.of("kind", kind, "count", fds.size()))));
        return Particulars.of(Map.of("regions", regions.size(), "interrupts", kinds));
    }

    private static String region(String device, int number) {
        return "mapping %d of a region of %s".formatted(number, device);
    }

    private static String interrupt(String device, int kind, int number) {
        return "eventfd %d of interrupts %d of %s".formatted(number, kind, device);
    }
}

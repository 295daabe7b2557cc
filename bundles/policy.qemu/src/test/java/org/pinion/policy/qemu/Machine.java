package org.pinion.policy.qemu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.source.qemu.QemuSource;

/** A captured machine: what QEMU showed, and what it mapped. */
record Machine(String name) {

    private static final Path FOLDER = Path.of("../../distribution/captures");

    static List<Machine> with(String suffix) throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(suffix))
                    .map(file -> new Machine(file.substring(0, file.length() - suffix.length())))
                    .sorted(Comparator.comparing(Machine::name))
                    .toList();
        }
    }

    FlatView flatView() throws IommuException {
        return new QemuSource().read(Map.of(
                "mtree", FOLDER.resolve(name + ".mtree-owners").toString(),
                "memory-devices", FOLDER.resolve(name + ".memory-devices.json").toString()));
    }

    /** The sections that QEMU's listener had mapped in the end; each as often as it was added and not deleted. */
    List<AddressRange> traced() throws IOException {
        Map<String, Integer> live = new HashMap<>();
        for (String line : Files.readAllLines(FOLDER.resolve(name + ".trace"))) {
            String[] words = line.split(" ");
            switch (words[0]) {
                case "vfio_listener_region_add_ram" -> live.merge(words[3] + " " + words[5], 1, Integer::sum);
                case "vfio_listener_region_del" -> live.computeIfPresent(
                        words[2] + " " + words[4], (range, count) -> count == 1 ? null : count - 1);
                default -> {}
            }
        }
        return live.keySet().stream()
                .map(range -> new AddressRange(number(range.split(" ")[0]), number(range.split(" ")[1])))
                .sorted()
                .toList();
    }

    /** The mappings that QEMU's ioctls had made in the end, with the access they give. */
    Map<AddressRange, Access> mapped() throws IOException {
        Map<AddressRange, Access> mapped = new TreeMap<>();
        for (String line : Files.readAllLines(FOLDER.resolve(name + ".dma"))) {
            String[] words = line.split(" ");
            AddressRange range = AddressRange.ofSize(number(words[1]), number(words[2]));
            if (words[0].equals("map")) {
                mapped.put(range, words[3].equals("rw") ? Access.READ_WRITE : Access.READ);
            } else {
                new ArrayList<>(mapped.keySet()).stream().filter(range::contains).forEach(mapped::remove);
            }
        }
        return mapped;
    }

    private static long number(String hex) {
        return Long.parseUnsignedLong(hex.substring(2), 16);
    }

    @Override
    public String toString() {
        return name;
    }
}

package org.pinion.emulator.host;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.pinion.emulator.memory.Pages;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads the file that describes an emulated machine. The bundle's README has its format. */
public final class HostFile {

    private static final String SHIPPED = "/org/pinion/emulator/lab.yaml";
    private static final List<String> KNOWN =
            List.of("kernel", "interface", "page-size", "memlock", "ipc-lock", "sys-resource", "dma-entry-limit",
                    "mock-devices", "iommu", "devices");
    private static final long DEFAULT_MEMLOCK = 8L << 20;

    private HostFile() {}

    /** {@return the machine that is shipped} */
    public static Host lab() {
        return lab(Optional.empty());
    }

    /**
     * @param playing which kernel it runs in place of its own
     * @return the machine that is shipped
     */
    public static Host lab(Optional<KernelRelease> playing) {
        try (InputStream in = HostFile.class.getResourceAsStream(SHIPPED)) {
            return read("lab.yaml", new String(in.readAllBytes(), StandardCharsets.UTF_8), playing);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + SHIPPED + " in the emulator's bundle", e);
        }
    }

    /**
     * Reads a host file.
     *
     * @param name the file's name, for messages
     * @param text its content, YAML
     * @return the machine
     * @throws HostFileException if it is not understood; the message is for the operator
     */
    public static Host read(String name, String text) {
        return read(name, text, Optional.empty());
    }

    /**
     * Reads a host file for another kernel than it names.
     *
     * @param name the file's name, for messages
     * @param text its content, YAML
     * @param playing which kernel the machine runs in place of that of the file
     * @return the machine
     * @throws HostFileException if it is not understood; the message is for the operator
     */
    public static Host read(String name, String text, Optional<KernelRelease> playing) {
        Place place = new Place(name, "");
        Keys keys = new Keys(place, compose(name, text), KNOWN);
        keys.find("page-size").ifPresent(node -> checkPageSize(keys.place("page-size"), node));
        KernelRelease named = keys.find("interface").map(node -> release(keys.place("interface"), node))
                .orElse(KernelRelease.LINUX_7_3);
        KernelRelease release = playing.orElse(named);
        IommuDefaults iommu = keys.find("iommu")
                .map(node -> IommuDefaults.read(keys.place("iommu"), node, release))
                .orElseGet(() -> IommuDefaults.of(IommuDriver.INTEL, release));
        return new Host(
                keys.find("kernel").filter(_ -> playing.isEmpty()).map(node -> Values.text(keys.place("kernel"), node))
                        .orElse(release.kernel() + " emulated in Java"),
                release,
                keys.find("memlock").map(node -> Values.limit(keys.place("memlock"), node))
                        .orElse(OptionalLong.of(DEFAULT_MEMLOCK)),
                truth(keys, "ipc-lock"), truth(keys, "sys-resource"),
                keys.find("dma-entry-limit").map(node -> Values.number(keys.place("dma-entry-limit"), node))
                        .orElse(Host.DEFAULT_DMA_ENTRY_LIMIT),
                truth(keys, "mock-devices"), iommu.driver(), devices(place, keys, iommu));
    }

    private static Node compose(String name, String text) {
        LoadSettings settings = LoadSettings.builder().setLabel(name).build();
        try {
            return new Compose(settings).composeString(text)
                    .orElseThrow(() -> new HostFileException(name + ":1: the file is empty; it needs 'devices'"));
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
            throw new HostFileException("%s:%d: not YAML: %s".formatted(name, line, e.getProblem()));
        } catch (YamlEngineException e) {
            throw new HostFileException("%s:1: not YAML: %s".formatted(name, e.getMessage()));
        }
    }

    private static KernelRelease release(Place place, Node node) {
        return Values.choice(place, node, KernelRelease.values(), KernelRelease::text);
    }

    private static boolean truth(Keys keys, String key) {
        return keys.find(key).map(node -> Values.truth(keys.place(key), node)).orElse(false);
    }

    private static void checkPageSize(Place place, Node node) {
        long size = Values.size(place, node);
        if (size != Pages.SIZE) {
            throw place.error(node, "%d is not possible: the memory of the emulator comes in pages of 4K", size);
        }
    }

    private static List<HostDevice> devices(Place place, Keys keys, IommuDefaults iommu) {
        DeviceList list = new DeviceList(place);
        List<HostDevice> devices = new ArrayList<>();
        for (Node node : Values.items(keys.place("devices"), keys.get("devices"))) {
            devices.add(list.read(node, iommu));
        }
        return devices;
    }
}

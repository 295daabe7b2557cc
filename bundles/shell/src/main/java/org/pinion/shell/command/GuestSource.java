package org.pinion.shell.command;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.pinion.api.DmaService;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What goes with a capture of a guest's memory, or stands in the place of one: a running QEMU. */
final class GuestSource {

    @Option(
            names = "--memory-devices",
            paramLabel = "JSON",
            description = "The guest's memory devices: the answer to QMP's query-memory-devices.")
    private Path memoryDevices;

    @Option(
            names = "--qmp",
            paramLabel = "SOCKET",
            description = "Ask a running QEMU over its QMP socket, instead of reading MTREE.")
    private Path qmp;

    @Option(
            names = "--address-space",
            paramLabel = "NAME",
            description = "Which of the guest's address spaces to plan for, by its name or its root's, such as"
                    + " vtd-01.0. Without it: system memory, as far as a virtual IOMMU leaves it to devices.")
    private String addressSpace;

    /**
     * Reads the flat view.
     *
     * @param dma reads it
     * @param command what was typed
     * @param mtree the capture; null without one
     * @param place how a capture is given, such as {@code MTREE}
     */
    FlatView read(DmaService dma, CommandLine command, Path mtree, String place) throws IommuException {
        if ((mtree == null) == (qmp == null)) {
            throw new ParameterException(command, "give either " + place + " or --qmp SOCKET");
        }
        if (qmp != null && memoryDevices != null) {
            throw new ParameterException(
                    command,
                    "--memory-devices goes with " + place + "; a running QEMU is asked for its memory devices");
        }
        return dma.read("qemu", settings(mtree));
    }

    private Map<String, String> settings(Path mtree) {
        Map<String, String> settings = new LinkedHashMap<>();
        put(settings, "mtree", mtree);
        put(settings, "memory-devices", memoryDevices);
        put(settings, "qmp", qmp);
        put(settings, "address-space", addressSpace);
        return settings;
    }

    private static void put(Map<String, String> settings, String key, Object value) {
        if (value != null) {
            settings.put(key, value.toString());
        }
    }
}

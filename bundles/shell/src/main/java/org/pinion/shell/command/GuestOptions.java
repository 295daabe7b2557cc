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
import picocli.CommandLine.Parameters;

/** Where the guest's flat view comes from: a capture of it, or a running QEMU. */
final class GuestOptions {

    @Parameters(
            arity = "0..1",
            hideParamSyntax = true,
            paramLabel = "MTREE",
            description = "The guest's memory: the output of QEMU's 'info mtree -f', with or without owners (-o).")
    private Path mtree;

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

    FlatView read(DmaService dma, CommandLine command) throws IommuException {
        if ((mtree == null) == (qmp == null)) {
            throw new ParameterException(command, "give either MTREE or --qmp SOCKET");
        }
        if (qmp != null && memoryDevices != null) {
            throw new ParameterException(
                    command, "--memory-devices goes with MTREE; a running QEMU is asked for its memory devices");
        }
        return dma.read("qemu", settings());
    }

    private Map<String, String> settings() {
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

package org.pinion.source.qemu;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.pinion.api.IommuException;

/**
 * What to read.
 *
 * @param mtree path of a capture of {@code info mtree -f}
 * @param memoryDevices path of a capture of {@code query-memory-devices}
 * @param qmp path of a QMP socket, instead of captures
 * @param trace path of a recording of the trace events {@code vfio_listener_*}, instead of captures
 * @param addressSpace which address space; system memory, as the guest's virtual IOMMU leaves it to devices, if empty
 */
record QemuSettings(
        Optional<String> mtree,
        Optional<String> memoryDevices,
        Optional<String> qmp,
        Optional<String> trace,
        Optional<String> addressSpace) {

    private static final String MTREE = "mtree";
    private static final String MEMORY_DEVICES = "memory-devices";
    private static final String QMP = "qmp";
    private static final String TRACE = "trace";
    private static final String ADDRESS_SPACE = "address-space";
    private static final List<String> KEYS = List.of(MTREE, MEMORY_DEVICES, QMP, TRACE, ADDRESS_SPACE);

    static QemuSettings parse(Map<String, String> settings) throws IommuException {
        for (String key : new TreeSet<>(settings.keySet())) {
            if (!KEYS.contains(key)) {
                throw fault("it has no setting '" + key + "'", "use " + String.join(", ", KEYS));
            }
            if (settings.get(key).isBlank()) {
                throw fault("the setting '" + key + "' is empty", "give it a value or leave it out");
            }
        }
        QemuSettings parsed = new QemuSettings(
                Optional.ofNullable(settings.get(MTREE)),
                Optional.ofNullable(settings.get(MEMORY_DEVICES)),
                Optional.ofNullable(settings.get(QMP)),
                Optional.ofNullable(settings.get(TRACE)),
                Optional.ofNullable(settings.get(ADDRESS_SPACE)));
        parsed.requireOneOrigin();
        return parsed;
    }

    private void requireOneOrigin() throws IommuException {
        List<String> origins = new ArrayList<>();
        mtree.ifPresent(_ -> origins.add(MTREE));
        qmp.ifPresent(_ -> origins.add(QMP));
        trace.ifPresent(_ -> origins.add(TRACE));
        if (origins.size() != 1) {
            throw fault(
                    switch (origins.size()) {
                        case 0 -> "neither mtree nor qmp nor trace is set";
                        case 2 -> "both " + String.join(" and ", origins) + " are set";
                        default -> "mtree, qmp and trace are set";
                    },
                    "set mtree to a capture of 'info mtree -f -o', or qmp to the socket of a running QEMU, or trace to"
                            + " a recording of its events vfio_listener_*");
        }
        if (qmp.isPresent() && memoryDevices.isPresent()) {
            throw fault(
                    "memory-devices is set beside qmp, which asks QEMU for them itself", "leave memory-devices out");
        }
        if (trace.isPresent() && (memoryDevices.isPresent() || addressSpace.isPresent())) {
            throw fault(
                    "%s is set beside trace, which has no such thing"
                            .formatted(memoryDevices.isPresent() ? MEMORY_DEVICES : ADDRESS_SPACE),
                    "leave it out");
        }
    }

    private static IommuException fault(String why, String remedy) {
        return new IommuException("read source 'qemu'", why, remedy);
    }
}

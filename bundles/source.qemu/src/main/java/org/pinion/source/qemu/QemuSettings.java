package org.pinion.source.qemu;

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
 * @param addressSpace which address space; system memory, as the guest's virtual IOMMU leaves it to devices, if empty
 */
record QemuSettings(
        Optional<String> mtree,
        Optional<String> memoryDevices,
        Optional<String> qmp,
        Optional<String> addressSpace) {

    private static final String MTREE = "mtree";
    private static final String MEMORY_DEVICES = "memory-devices";
    private static final String QMP = "qmp";
    private static final String ADDRESS_SPACE = "address-space";
    private static final List<String> KEYS = List.of(MTREE, MEMORY_DEVICES, QMP, ADDRESS_SPACE);

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
                Optional.ofNullable(settings.get(ADDRESS_SPACE)));
        parsed.requireOneOrigin();
        return parsed;
    }

    private void requireOneOrigin() throws IommuException {
        if (mtree.isEmpty() == qmp.isEmpty()) {
            throw fault(
                    mtree.isEmpty() ? "neither mtree nor qmp is set" : "both mtree and qmp are set",
                    "set mtree to a capture of 'info mtree -f -o', or qmp to the socket of a running QEMU");
        }
        if (qmp.isPresent() && memoryDevices.isPresent()) {
            throw fault(
                    "memory-devices is set beside qmp, which asks QEMU for them itself", "leave memory-devices out");
        }
    }

    private static IommuException fault(String why, String remedy) {
        return new IommuException("read source 'qemu'", why, remedy);
    }
}

package org.pinion.source.qemu;

import java.time.Duration;
import java.util.Map;
import org.pinion.api.IommuException;

/** Asks a running QEMU for its memory tree and its memory devices. The guest goes on running meanwhile. */
final class QmpCapture {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private QmpCapture() {}

    static Capture take(String socket) throws IommuException {
        return take(socket, PATIENCE);
    }

    static Capture take(String socket, Duration patience) throws IommuException {
        try (QmpSocket connection = QmpSocket.connect(socket, patience)) {
            QmpMonitor monitor = QmpMonitor.negotiate(Place.of("QMP socket " + socket), connection);
            MemoryTree tree = MemoryTreeParser.parse("'info mtree -f' of QMP socket " + socket, tree(monitor));
            Object devices = monitor.execute("query-memory-devices", Map.of());
            return new Capture(
                    tree, MemoryDevicesReader.read("'query-memory-devices' of QMP socket " + socket, devices));
        }
    }

    /** QEMU 2.12 knows no -o: the monitor then prints a complaint that begins with the command's name. */
    private static String tree(QmpMonitor monitor) throws IommuException {
        String withOwners = monitor.humanCommand("info mtree -f -o");
        return withOwners.startsWith("FlatView") || !withOwners.contains("mtree:")
                ? withOwners
                : monitor.humanCommand("info mtree -f");
    }
}

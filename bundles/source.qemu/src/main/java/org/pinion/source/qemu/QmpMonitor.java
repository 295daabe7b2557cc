package org.pinion.source.qemu;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.Map;
import org.pinion.api.IommuException;

/**
 * The client's side of QMP (QEMU's docs/interop/qmp-spec): one greeting, then a reply for every command, with events in
 * between at any time, which are of no interest here.
 */
final class QmpMonitor {

    private final Place place;
    private final QmpSocket socket;

    private QmpMonitor(Place place, QmpSocket socket) {
        this.place = place;
        this.socket = socket;
    }

    /** Awaits the greeting and leaves the negotiation mode, in which QEMU takes no command. */
    static QmpMonitor negotiate(Place place, QmpSocket socket) throws IommuException {
        QmpMonitor monitor = new QmpMonitor(place, socket);
        Map<?, ?> greeting = monitor.next("the greeting");
        if (!greeting.containsKey("QMP")) {
            throw place.fault(
                    "what listens there does not greet as a QMP monitor",
                    "name the socket of QEMU's -qmp or '-mon mode=control' option, not of another service");
        }
        monitor.execute("qmp_capabilities", Map.of());
        return monitor;
    }

    String humanCommand(String line) throws IommuException {
        Object text = execute("human-monitor-command", Map.of("command-line", line));
        if (text instanceof String printed) {
            return printed;
        }
        throw place.fault("the answer to '" + line + "' is not a text", "check that it is a QEMU that listens there");
    }

    /** Executes a command and returns what its reply holds under {@code return}. */
    Object execute(String command, Map<String, String> arguments) throws IommuException {
        socket.send(text(Map.of("execute", command, "arguments", arguments)));
        Map<?, ?> message = next("the answer to '" + command + "'");
        while (message.containsKey("event")) {
            message = next("the answer to '" + command + "'");
        }
        if (message.get("error") instanceof Map<?, ?> error) {
            throw place.fault(
                    "QEMU refuses '%s': %s".formatted(command, error.get("desc")),
                    "check that this QEMU has the command, 2.12 or later, and that the monitor may use it");
        }
        if (!message.containsKey("return")) {
            throw place.fault("the answer to '" + command + "' is neither a return nor an error",
                    "check that it is a QEMU that listens there");
        }
        return message.get("return");
    }

    private Map<?, ?> next(String awaited) throws IommuException {
        String text = socket.receive(awaited);
        try {
            return JSON.std.mapFrom(text);
        } catch (IOException e) {
            throw place.fault(
                    "%s is not JSON: \"%s\"".formatted(awaited, MemoryTreeParser.shorten(text.strip())),
                    "name the socket of QEMU's -qmp or '-mon mode=control' option, not of a human monitor",
                    e);
        }
    }

    private static String text(Map<String, Object> command) {
        try {
            return JSON.std.asString(command);
        } catch (IOException e) {
            throw new IllegalStateException("a map of strings does not print as JSON", e);
        }
    }
}
